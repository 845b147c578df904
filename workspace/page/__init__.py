"""The web page: a channel list, messages, threads, modals and the Home tab, in plain HTML and forms."""
