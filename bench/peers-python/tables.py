"""DuckDB and pandas as peers of the column work: one engine a process, asked line by line.

Usage: tables.py ENGINE FILE. Reads the file, says "ready", then answers each line of standard input:
`run TASK` with the processor time that the task took, in milliseconds; `tell TASK` with its rows.
"""

import gc
import json
import sys
import time

NONE = 255  # the code of a score that is none
CELL = ["campaign", "guest", "source", "target"]
NAMES = CELL + ["route"]


class DuckDb:
    """Names as ENUM columns, one thread. Results stay in the database: fetching is not timed."""

    WHOLE_RULE = """
        WITH trial AS (
            SELECT {cell}, route, repetition,
                CASE WHEN min(score) = 0 THEN 0
                     WHEN count(*) FILTER (score < 3) = 7 THEN min(score) END AS score
            FROM outcomes GROUP BY ALL),
        route AS (SELECT {cell}, route, min(score) AS score FROM trial GROUP BY ALL)
        SELECT {cell}, max(score) AS score FROM route GROUP BY ALL"""
    SIMPLE_RULE = """
        SELECT {cell}, max(score) AS score FROM (
            SELECT {cell}, route, min(score) AS score FROM outcomes GROUP BY ALL)
        GROUP BY ALL"""

    def __init__(self, file):
        import duckdb

        self.base = duckdb.connect()
        self.base.execute("SET threads = 1")
        self.base.execute(f"CREATE TABLE raw AS FROM read_csv('{file}', header = true, all_varchar = true)")
        for name in NAMES:
            self.base.execute(f"CREATE TYPE {name}_name AS ENUM (SELECT DISTINCT {name} FROM raw ORDER BY 1)")
        names = ", ".join(f"{name}::{name}_name AS {name}" for name in NAMES)
        self.base.execute(
            f"""CREATE TABLE outcomes AS SELECT {names}, repetition::UTINYINT AS repetition,
                step::UTINYINT AS step, score::UTINYINT AS score FROM raw"""
        )
        self.base.execute("DROP TABLE raw")
        self.tasks = {"cells": self.SIMPLE_RULE, "whole": self.WHOLE_RULE}

    def run(self, task):
        query = self.tasks[task].format(cell=", ".join(CELL))
        self.base.execute(f"CREATE OR REPLACE TEMP TABLE result AS {query}")

    def tell(self, task):
        self.run(task)
        return self.base.execute("FROM result").fetchall()


class Pandas:
    """Names as categories."""

    def __init__(self, file):
        import numpy
        import pandas

        self.np, self.pd = numpy, pandas
        types = {name: "category" for name in NAMES + ["fault"]}
        types |= {"repetition": "uint8", "step": "uint8", "score": "uint8", "duration_ms": "float64"}
        read = pandas.read_csv(file, dtype=types, keep_default_na=False, na_values={"duration_ms": [""]})
        read["duration_ms"] = read["duration_ms"].fillna(-1).astype("int64")
        self.frame = read
        self.tasks = {
            "cells": self.cells,
            "guest": self.guest,
            "cause": self.cause,
            "converter": self.converter,
            "duration": self.duration,
        }

    def run(self, task):
        self.result = self.tasks[task]()

    def tell(self, task):
        self.run(task)
        return getattr(self, f"tell_{task}")()

    def cells(self):
        routes = self.frame.groupby(NAMES, observed=True, sort=False)["score"].min()
        return routes.groupby(level=CELL, observed=True, sort=False).max()

    def tell_cells(self):
        return [[*key, int(score)] for key, score in self.result.items()]

    def trials(self):
        frame = self.frame.assign(
            scored=self.frame["score"] < 3, spent=self.frame["duration_ms"].clip(lower=0)
        )
        grouped = frame.groupby(NAMES + ["repetition"], observed=True, sort=False)
        trials = grouped.agg(lowest=("score", "min"), scored=("scored", "sum"), spent=("spent", "sum"))
        whole = (trials["lowest"] == 0) | (trials["scored"] == 7)
        trials["score"] = trials["lowest"].where(whole, NONE)
        return trials.reset_index()

    def guest(self):
        trials = self.trials()
        counted = trials.groupby(["guest", "score", "campaign"], observed=True).size()
        return counted.unstack("campaign", fill_value=0)

    def tell_guest(self):
        rows = []
        for (guest, score), counts in self.result.iterrows():
            rows += [[guest, int(score), campaign, int(count)] for campaign, count in counts.items() if count]
        return rows

    def cause(self):
        failing = self.frame[self.frame["score"] == 0].sort_values("step", kind="stable")
        first = failing.drop_duplicates(NAMES + ["repetition"])
        return first.groupby(["fault", "target"], observed=True).size().unstack("target", fill_value=0)

    def tell_cause(self):
        rows = []
        for fault, counts in self.result.iterrows():
            rows += [[fault, target, int(count)] for target, count in counts.items() if count]
        return rows

    def quantile(self, values, share):
        """Nearest rank: always a value that was measured."""
        return self.np.quantile(values, share, method="inverted_cdf")

    def converter(self):
        trials = self.trials()
        scored = trials[trials["score"] < 3]
        counts = trials.groupby(["route", "score"], observed=True).size().unstack(fill_value=0)
        medians = scored.groupby("route", observed=True)["spent"].agg(lambda it: self.quantile(it, 0.5))
        routes = scored.groupby(NAMES, observed=True, sort=False)["score"].min()
        arriving = routes[routes > 0].reset_index()
        ways = arriving.groupby(CELL, observed=True, sort=False)["route"].agg(["size", "first"])
        alone = ways[ways["size"] == 1].groupby("first", observed=True).size()
        return counts, medians, alone

    def tell_converter(self):
        counts, medians, alone = self.result
        rows = []
        for route, of in counts.iterrows():
            of = [int(of.get(score, 0)) for score in (NONE, 2, 1, 0)]
            rows.append([route, sum(of), *of, int(medians[route]), int(alone.get(route, 0))])
        return rows

    def duration(self):
        reached = self.frame[self.frame["duration_ms"] >= 0]
        figures = {}
        for step, values in reached.groupby("step")["duration_ms"]:
            values = values.to_numpy()
            median, p90 = self.quantile(values, [0.5, 0.9])
            figures[step] = [len(values), median, p90, values.max()]
        return figures

    def tell_duration(self):
        return [[int(step), *map(int, figures)] for step, figures in self.result.items()]


def main():
    engine, file = sys.argv[1:]
    peer = {"duckdb": DuckDb, "pandas": Pandas}[engine](file)
    print("ready", flush=True)
    for line in sys.stdin:
        verb, task = line.split()
        if verb == "tell":
            print(json.dumps(peer.tell(task)), flush=True)
            continue
        gc.collect()
        gc.disable()
        before = time.process_time_ns()
        peer.run(task)
        spent = time.process_time_ns() - before
        gc.enable()
        print(spent / 1e6, flush=True)


main()
