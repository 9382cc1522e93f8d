"""The words of the generated sentences: measures with their topic and rank, verbs, invented firms.

A measure's rank says how near it lies to the bottom line, its letters what it is counted in: money,
plain counts, shares, or (n) nothing that a figure is given for. ``;`` parts alternatives.
"""

from __future__ import annotations

__all__ = [
    "BAD",
    "BAD_DOWN",
    "BAD_UP",
    "CAUSES",
    "CURRENCIES",
    "DOWN",
    "FIRMS",
    "FLAT",
    "GOOD",
    "PEOPLE",
    "PLACES",
    "SEGMENTS",
    "STARTS",
    "UNITS",
    "UP",
]

GOOD = (
    (
        "net sales;sales;revenue;turnover;total revenue;net revenue;like-for-like sales;comparable sales;same-store sales;service revenue;export sales",
        "results",
        2,
        "m",
    ),
    (
        "order intake;new orders;the order book;orders received;bookings;the backlog;order backlog;deliveries;shipments;volumes;unit sales",
        "demand",
        1,
        "mp",
    ),
    (
        "operating profit;EBIT;EBITDA;adjusted EBITDA;operating income;operating result;underlying operating profit",
        "results",
        6,
        "m",
    ),
    (
        "net profit;profit for the period;pretax profit;profit before taxes;earnings per share;diluted EPS;net income;earnings;profit after tax;adjusted earnings",
        "results",
        8,
        "m",
    ),
    (
        "gross margin;operating margin;EBITDA margin;profitability;the margin;net interest margin",
        "margins",
        4,
        "s",
    ),
    (
        "cash flow from operations;free cash flow;operating cash flow;cash generation",
        "balance_sheet",
        5,
        "m",
    ),
    (
        "market share;the customer base;subscriber numbers;passenger numbers;the number of visitors;active users;retention;customer satisfaction",
        "customers",
        1,
        "n",
    ),
    (
        "prices;average selling prices;price realisation;average revenue per user;the pulp price we receive;day rates;room rates",
        "pricing",
        2,
        "m",
    ),
    (
        "the dividend;the dividend per share;the proposed dividend;the payout",
        "capital_returns",
        3,
        "m",
    ),
    (
        "capacity utilisation;the occupancy rate;productivity;output per employee;on-time delivery;efficiency",
        "costs",
        2,
        "s",
    ),
    (
        "the equity ratio;liquidity;the cash position;return on capital employed;the solvency ratio",
        "balance_sheet",
        3,
        "s",
    ),
    (
        "demand;consumer demand;demand for our products;traffic;footfall;construction activity;interest from buyers",
        "demand",
        1,
        "n",
    ),
)
BAD = (
    (
        "operating costs;costs;operating expenses;administrative expenses;production costs;the cost base;unit costs;personnel costs",
        "costs",
        3,
        "m",
    ),
    (
        "raw material costs;freight costs;energy costs;input costs;wage costs;fuel costs",
        "costs",
        3,
        "m",
    ),
    (
        "net debt;gearing;indebtedness;interest expenses;financial expenses;the debt burden;borrowings",
        "balance_sheet",
        3,
        "m",
    ),
    (
        "credit losses;loan losses;impairments;provisions;write-downs;bad debts;non-performing loans",
        "balance_sheet",
        4,
        "m",
    ),
    (
        "churn;customer complaints;cancellations;the return rate;customer losses;defects",
        "customers",
        1,
        "n",
    ),
    (
        "lead times;delays;supply shortages;downtime;bottlenecks;scrap rates;the backlog of overdue deliveries",
        "supply_chain",
        1,
        "n",
    ),
    ("staff turnover;sick leave;accidents at work;absenteeism;vacancies", "people", 1, "n"),
    (
        "the tax burden;tariffs;fines;litigation costs;claims;regulatory charges",
        "regulation",
        3,
        "m",
    ),
    (
        "unsold inventory;the vacancy rate;idle capacity;overdue receivables;excess stock",
        "balance_sheet",
        1,
        "n",
    ),
    (
        "price pressure;competition from low-cost producers;discounting;price erosion",
        "competition",
        1,
        "n",
    ),
)
UP = (
    "rose;increased;grew;climbed;went up;was up;jumped;improved;advanced;picked up;surged;edged up;soared;strengthened;expanded;"
    "was higher;doubled;hit a record high;moved up;accelerated;has risen;has increased;was stronger;gained"
)
DOWN = (
    "fell;decreased;declined;dropped;went down;was down;slipped;weakened;shrank;contracted;plunged;edged down;tumbled;"
    "was lower;halved;sank to its lowest level in years;came down;slowed;has fallen;has decreased;was weaker;slid"
)
BAD_UP = (
    "rose;increased;grew;climbed;went up;was up;jumped;picked up;surged;edged up;soared;expanded;was higher;doubled;"
    "hit a record high;moved up;accelerated;has risen;has increased;mounted;worsened;piled up"
)
BAD_DOWN = (
    "fell;decreased;declined;dropped;went down;was down;shrank;contracted;plunged;edged down;tumbled;was lower;halved;"
    "sank to its lowest level in years;came down;slowed;has fallen;has decreased;eased;improved;was reduced;was brought down"
)
FLAT = (
    "was unchanged;remained at the previous year's level;was flat;stayed level;was stable;was in line with the prior year;"
    "remained unchanged;was on a par with the previous quarter;did not change materially;was at the same level as before"
)
CURRENCIES = (
    ("EUR ", " mn"), ("EUR ", " million"), ("EUR ", "m"), ("EUR", " mn"), ("€", " million"), ("€", "m"),
    ("$", " million"), ("$", "m"), ("$", " billion"), ("USD ", " mn"), ("US$", "m"), ("USD", "bn"),
    ("SEK ", " million"), ("SEK ", "m"), ("NOK ", " mn"), ("DKK ", " million"), ("CHF ", " million"),
    ("£", " million"), ("£", "m"), ("GBP ", " mn"), ("Rs ", " crore"), ("₹", " crore"), ("JPY ", " bn"),
    ("PLN ", " mn"), ("A$", " million"), ("EUR ", " billion"), ("", " million euros"), ("", " mln euros"),
    ("", " million dollars"), ("EUR ", " thousand"),
)  # fmt: skip
UNITS = (
    "tonnes;units;vehicles;passengers;subscribers;contracts;square metres;employees;orders;MW;containers;tickets;barrels a day;"
    "stores;cubic metres;TEU;customers;machines;homes"
)
FIRMS = (
    "Korvala Steel;Brantway Foods;Osterby Shipping;Telmarin;Halvard Group;Norrfjord Paper;Quillon Software;Pelsen;Maridale Homes;"
    "Vantor Energy;Astelle;Kestrelbank;Lumira Pharma;Drayford Motors;Sundqvist Oyj;Tamberg AS;Ciprella;Oakhurst Retail;Belgrano Mining;"
    "Zephyrion;Ilvesto;Rautalinna;Castellane;Northgate Rail;Orbenda;Greyfell Insurance;Hexabyte;Tarnowski SA;Ruritel;Kumaon Textiles;"
    "Jadeport;Solmark;Varuna Chemicals;Pinecrest REIT;Ellerby;Nivalta;Mosswood;Saltire Oil;Corvane;Ashgrove Capital"
)
SEGMENTS = (
    "the packaging unit;the machinery division;consumer products;the services segment;the wireless business;building products;"
    "the crane business;speciality papers;the dental arm;online retail;the mining business;industrial coatings;the loans book;"
    "the film unit;aftermarket parts;the grocery chain;cloud services;the wholesale arm"
)
PLACES = (
    "Finland;the Baltic countries;Russia;China;Western Europe;North America;Germany;the Nordic region;India;Asia;Latin America;"
    "the UK;Poland;the home market;Sweden;the Middle East;Japan;Australia;emerging markets;Southern Europe;Estonia"
)
PEOPLE = (
    "chief executive Ilona Marrs;CFO Teppo Hallik;CEO Dana Okonjo;the chairman;managing director Piers Colvane;analyst Sami Ruohola;"
    "the finance chief;the company's chief executive"
)
STARTS = (
    "as reported,;overall,;at the same time,;on a comparable basis,;excluding one-off items,;in local currencies,;as a result,;"
    "according to the interim report,;for the group as a whole,;as we said last time,;to give you some colour,;turning to the figures,;"
    "on a constant-currency basis,;sequentially,;adjusted for divestments,"
)
CAUSES = (
    "mainly in the home market;according to preliminary figures;as the mix changed;following the acquisition;based on unaudited figures;"
    "before items affecting comparability;including the acquired business;as stated in the report;on an organic basis;"
    "excluding currency effects"
)
