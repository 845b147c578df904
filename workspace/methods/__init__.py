"""The Web API's methods, one module for each family, each with its table `METHODS`."""
