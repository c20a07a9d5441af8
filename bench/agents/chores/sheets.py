"""Chores with tables: sums by group, joins, filters, a chart."""

from __future__ import annotations

from bench.agents.checks import bars_are, json_is, lines_are, number_is, says, table_is
from bench.agents.chores.make import chore

_SALES = """date,region,product,amount
2026-01-03,north,tea,120.50
2026-01-09,south,tea,80.00
2026-01-15,north,coffee,64.25
2026-02-02,west,tea,99.90
2026-02-11,south,coffee,41.10
2026-02-20,north,tea,35.00
2026-03-01,west,coffee,12.10
"""
_SUMS = [["north", 219.75], ["south", 121.10], ["west", 112.00]]
_CUSTOMERS = "id,name\n1,Amina\n2,Bruno\n3,Chen\n4,Dora\n"
_ORDERS = "order,customer_id,total\n100,3,25\n101,1,40\n102,3,5\n103,2,12\n"
_STAFF = """name;department;salary;since
Ivy;Sales;3100;2019
Jon;Support;2800;2021
Kim;Sales;3600;2016
Lea;Support;3050;2018
Max;Research;4200;2022
"""
_SENSOR = "time,celsius\n08:00,19.5\n09:00,\n10:00,22.5\n11:00,n/a\n12:00,24.0\n"
_RAIN = "month,mm\nJan,40\nFeb,20\nMar,60\nApr,10\n"
_BARS = "".join(
    f'<rect x="{30 * at}" y="{100 - tall}" width="20" height="{tall}"/>' for at, tall in enumerate((40, 20, 60, 10))
)
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="120">{}</svg>'
_PRODUCTS = '[{"sku": "A1", "price": 9.5, "stock": 3}, {"sku": "B2", "price": 4, "stock": 0}, {"sku": "C3", "price": 20, "stock": 7}]'
_EMAILS = "email\nmaya@example.org\nMAYA@example.org\nli@example.com\nnot-an-address\nli@example.com\nzoe@example.net\n"
_BANK_A = "day,amount\n1,-20\n2,100\n3,-7.5\n"
_BANK_B = "day,amount\n1,5\n4,-40\n"

TASKS = [
    chore(
        "sheets-sum-by-region",
        "sales.csv has our sales. Write by_region.csv with the columns region and total: the sum of amount for each "
        "region, sorted by region.",
        table_is("by_region.csv", _SUMS),
        {"sales.csv": _SALES},
        right={"by_region.csv": "region,total\nnorth,219.75\nsouth,121.1\nwest,112.00\n"},
        wrong={"by_region.csv": "region,total\nnorth,219.75\nsouth,121.1\n"},
    ),
    chore(
        "sheets-total",
        "What do the amounts in sales.csv come to for the product tea, all regions together?",
        says(335.40),
        {"sales.csv": _SALES},
        right="Together 335.40.",
        wrong="Together 452.85.",
    ),
    chore(
        "sheets-join",
        "Join orders.csv with customers.csv and write joined.csv with the columns order, name, total, in the order of "
        "orders.csv.",
        table_is("joined.csv", [[100, "Chen", 25], [101, "Amina", 40], [102, "Chen", 5], [103, "Bruno", 12]]),
        {"orders.csv": _ORDERS, "customers.csv": _CUSTOMERS},
        right={"joined.csv": "order,name,total\n100,Chen,25\n101,Amina,40\n102,Chen,5\n103,Bruno,12\n"},
        wrong={"joined.csv": "order,name,total\n100,Amina,25\n101,Amina,40\n102,Chen,5\n103,Bruno,12\n"},
    ),
    chore(
        "sheets-without-orders",
        "أي زبون من customers.csv ليس له أي طلب في orders.csv؟ اكتب اسمه في ملف idle.txt.",
        lines_are("idle.txt", ["Dora"]),
        {"orders.csv": _ORDERS, "customers.csv": _CUSTOMERS},
        right={"idle.txt": "Dora"},
        wrong={"idle.txt": "Chen"},
        language="ar",
    ),
    chore(
        "sheets-best-paid",
        "Le fichier staff.csv est séparé par des points-virgules. Qui gagne le plus dans le service Sales, et combien ?",
        says("Kim", 3600),
        {"staff.csv": _STAFF},
        right="C'est Kim, avec 3600.",
        wrong="C'est Max, avec 4200.",
        language="fr",
    ),
    chore(
        "sheets-mean-with-gaps",
        "Some values in sensor.csv are missing. Write the mean of the temperatures that are there into mean.txt.",
        number_is("mean.txt", 22.0),
        {"sensor.csv": _SENSOR},
        right={"mean.txt": "22.0"},
        wrong={"mean.txt": "13.2"},
    ),
    chore(
        "sheets-chart",
        "Draw rain.csv as a bar chart in a file chart.svg: one <rect> for each month, in the file's order, with "
        "heights in proportion to the millimetres.",
        bars_are("chart.svg", [40, 20, 60, 10]),
        {"rain.csv": _RAIN},
        right={"chart.svg": _SVG.format(_BARS)},
        wrong={"chart.svg": _SVG.format(_BARS.replace('height="60"', 'height="30"'))},
    ),
    chore(
        "sheets-from-json",
        "Turn products.json into products.csv with the columns sku, price, stock, only those that are in stock, "
        "the dearest first.",
        table_is("products.csv", [["C3", 20, 7], ["A1", 9.5, 3]]),
        {"products.json": _PRODUCTS},
        right={"products.csv": "sku,price,stock\nC3,20,7\nA1,9.5,3\n"},
        wrong={"products.csv": "sku,price,stock\nA1,9.5,3\nC3,20,7\n"},
    ),
    chore(
        "sheets-clean-addresses",
        "Clean emails.csv: small letters, no doubles, nothing that is no address, sorted. Write the addresses one a "
        "line into clean.txt, without a heading.",
        lines_are("clean.txt", ["li@example.com", "maya@example.org", "zoe@example.net"]),
        {"emails.csv": _EMAILS},
        right={"clean.txt": "li@example.com\nmaya@example.org\nzoe@example.net\n"},
        wrong={"clean.txt": "li@example.com\nmaya@example.org\nnot-an-address\nzoe@example.net\n"},
    ),
    chore(
        "sheets-balance",
        "اجمع الحركات الموجودة في bank_a.csv و bank_b.csv، واكتب ملف balance.json فيه مفتاحان: count لعدد الحركات، "
        "و balance لمجموع مبالغها.",
        json_is("balance.json", {"count": 5, "balance": 37.5}),
        {"bank_a.csv": _BANK_A, "bank_b.csv": _BANK_B},
        right={"balance.json": '{"count": 5, "balance": 37.5}'},
        wrong={"balance.json": '{"count": 3, "balance": 72.5}'},
        language="ar",
    ),
]
