"""The topics that a sentence of a call may be about: eighteen that are given, and the user's own.

Names are fixed: they stand in exported signals (``topic:pricing``). Titles are what a page shows;
a description says what belongs in, for the person who labels and for the model that matches.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TOPICS", "Topic"]


@dataclass(frozen=True)
class Topic:
    """A topic: ``name`` for programs, ``title`` for people, ``description`` of what belongs in."""

    name: str
    title: str
    description: str


TOPICS: tuple[Topic, ...] = (
    Topic("results", "Results", "revenue, profit, earnings per share and growth of a period"),
    Topic("demand", "Demand", "orders, bookings, backlog, traffic and appetite of the buyers"),
    Topic(
        "pricing", "Pricing", "list prices, discounts, price increases, price mix and elasticity"
    ),
    Topic("margins", "Margins", "gross, operating and profit margins and what moves them"),
    Topic(
        "costs", "Costs", "expenses, wages, input costs, inflation of costs, savings, efficiency"
    ),
    Topic("outlook", "Outlook", "guidance, forecasts and expectations for periods to come"),
    Topic(
        "capital_returns", "Capital returns", "dividends, share repurchases, payout to shareholders"
    ),
    Topic(
        "investment",
        "Investment",
        "capital expenditure, new plants and stores, research and development spending, capacity",
    ),
    Topic(
        "balance_sheet",
        "Balance sheet and cash",
        "cash, debt, leverage, liquidity, free cash flow, working capital, credit ratings",
    ),
    Topic(
        "products", "Products", "launches, features, pipeline, technology, quality of what is sold"
    ),
    Topic(
        "customers",
        "Customers",
        "client wins and losses, retention, churn, satisfaction, contracts",
    ),
    Topic(
        "competition", "Competition", "rivals, market share, competitive pricing, differentiation"
    ),
    Topic(
        "supply_chain",
        "Supply chain",
        "suppliers, components, shortages, inventory, freight, logistics, lead times",
    ),
    Topic(
        "people", "People", "hiring, layoffs, management changes, culture, pay, labour relations"
    ),
    Topic(
        "macro",
        "Economy",
        "the economy, interest rates, consumer confidence, inflation, geopolitics, weather",
    ),
    Topic("currency", "Currency", "exchange rates, currency headwinds and tailwinds, hedging"),
    Topic(
        "regulation",
        "Regulation and law",
        "regulators, laws, tariffs, taxes, litigation, approvals, compliance",
    ),
    Topic("deals", "Deals", "acquisitions, divestitures, mergers, joint ventures, integration"),
)
"""In the order in which they are shown."""
