"""What the Olist marketing funnel comes to, computed independently: leads, wins, origins, months."""

WON_OF_LEADS = {  # SOURCE.md; None is an empty cell, which is not the word `unknown`
    "organic_search": (271, 2296),
    "paid_search": (195, 1586),
    "social": (75, 1350),
    "unknown": (179, 1099),
    "direct_traffic": (56, 499),
    "email": (15, 493),
    "referral": (24, 284),
    "other": (4, 150),
    "display": (6, 118),
    "other_publicities": (3, 65),
    None: (14, 60),
}
LEADS_BY_MONTH = {
    "2017-06": 4,
    "2017-07": 239,
    "2017-08": 386,
    "2017-09": 312,
    "2017-10": 416,
    "2017-11": 445,
    "2017-12": 200,
    "2018-01": 1141,
    "2018-02": 1028,
    "2018-03": 1174,
    "2018-04": 1352,
    "2018-05": 1303,
}
WON_BY_MONTH = {
    "2017-12": 3,
    "2018-01": 73,
    "2018-02": 113,
    "2018-03": 147,
    "2018-04": 207,
    "2018-05": 122,
    "2018-06": 57,
    "2018-07": 37,
    "2018-08": 33,
    "2018-09": 23,
    "2018-10": 21,
    "2018-11": 6,
}
