"""Runs apart from the tests: pm4py reads the logs of a folder and replays each trace on the road beside them; prints JSON."""

import contextlib
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
    import pm4py

    folder = sys.argv[1]
    log = pm4py.read_xes(f"{folder}/log.xes")
    net, begin, end = pm4py.convert_to_petri_net(pm4py.read_bpmn(f"{folder}/road.bpmn"))
    names = list(dict.fromkeys(log["case:concept:name"]))
    fits = [pm4py.conformance_diagnostics_token_based_replay(log[log["case:concept:name"] == name], net, begin, end)[0] for name in names]  # fmt: skip
    told = {}
    if os.path.exists(f"{folder}/log.json"):
        ocel = pm4py.read_ocel2_json(f"{folder}/log.json")
        told = {"types": sorted(ocel.objects["ocel:type"].unique()), "events": len(ocel.events)}
print(json.dumps({"fitness": {name: fit["trace_fitness"] for name, fit in zip(names, fits, strict=True)}, **told}))
