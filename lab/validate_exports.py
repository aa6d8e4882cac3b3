"""Holds every export of a store against libraries of others. Called by validate-exports.sh."""

import base64
import csv
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request
import zipfile

import junitparser
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from jsonschema import Draft202012Validator
from prometheus_client.openmetrics import parser as openmetrics
from securesystemslib import dsse, exceptions
from securesystemslib.signer import SSlibKey

WORK = pathlib.Path(sys.argv[1])
CALL = sys.argv[2:]
AUDIENCES = ["public", "operator"]
# Which file of a bundle is which export.
BUNDLED = {
    "csv": "cells.csv", "json": "matrix.json", "junit": "junit.xml", "in-toto": "results.intoto.json", "oscal": "oscal.json",
    "openmetrics": "metrics.txt", "schema": "schemas/matrix-1.json", "schema-explain": "schemas/explain-1.json",
}
FORMATS = ["csv", "json", "junit", "in-toto", "oscal", "openmetrics", "schema", "schema-explain"]
SCORES = ["SUCCESS", "WARNING", "FAILURE"]
# Whatever a metric may be labelled with. No tool, no route.
LABELS = {
    "campaign", "testbed", "policy", "policy_sha256", "platform", "vendor", "product", "version", "stand_in",
    "guest", "name", "source", "target", "standing", "portolan_cell_standing",
}
# What a service counts at least, and what it may be labelled with. No person, no tool, no campaign.
SERVICE_METRICS = {
    "portolan_requests", "portolan_request_duration_seconds", "portolan_events", "portolan_library_lag_events",
    "portolan_process_cpu_seconds", "portolan_process_resident_memory_bytes", "portolan_build",
}
SERVICE_LABELS = {"method", "route", "status", "le", "version"}


def need(right, *words):
    """Ends everything unless it is so."""
    if not right:
        sys.exit("validate-exports: " + " ".join(str(word) for word in words))


def portolan(*words, code=0):
    """What the program prints; it must end with this code."""
    command = [*CALL, *words]
    done = subprocess.run(command, capture_output=True, check=False)
    need(done.returncode == code, *command, "ended with", done.returncode, done.stderr.decode(errors="replace"))
    return done.stdout


def export(form, audience, *more):
    return portolan("export", "--format", form, "--audience", audience, *more)


def parsed(text):
    """JSON in which no key stands twice."""

    def once(pairs):
        need(len({key for key, _ in pairs}) == len(pairs), "a key stands twice:", [key for key, _ in pairs])
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def cells_of(matrix):
    """Every cell by its name."""
    found = {}
    for of_guest in matrix["matrices"]:
        for cell in of_guest["cells"]:
            found["/".join([of_guest["guest"], cell["source"], cell["target"]])] = cell
    return found


def check_same_again(audience):
    for form in FORMATS:
        first = export(form, audience)
        need(first == export(form, audience), form, "for", audience, "differs the second time")
        need(first.endswith(b"\n"), form, "does not end its last line")
        (WORK / f"{audience}.{form}").write_bytes(first)


def check_json(audience):
    """Our own file, against the schema that goes with it."""
    text = (WORK / f"{audience}.json").read_bytes()
    need(text == portolan("matrix", "--format", "json", "--audience", audience), "json is not what matrix prints")
    matrix, schema = parsed(text), parsed((WORK / f"{audience}.schema").read_text())
    against(schema, matrix, f"json for {audience}")
    for instant in [matrix["course"]["started"], matrix["course"]["last_recorded"]]:
        datetime.datetime.fromisoformat(instant)
    if audience == "operator":
        schema = parsed((WORK / "operator.schema-explain").read_text())
        for name in cells_of(matrix):
            guest, source, target = name.split("/")
            against(schema, parsed(portolan("explain", source, target, guest, "--json")), f"explain {name}")
    return matrix


def against(schema, value, name):
    Draft202012Validator.check_schema(schema)
    for problem in Draft202012Validator(schema).iter_errors(value):
        need(False, name, "does not fit its schema:", problem.json_path, problem.message)


def check_csv(audience, matrix):
    """RFC 4180: CR LF, as many fields in every row; nothing that a spreadsheet would run."""
    raw = (WORK / f"{audience}.csv").read_bytes()
    need(raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r"), "csv: a line does not end with CR LF")
    with open(WORK / f"{audience}.csv", newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file, strict=True))
    need(len(set(header)) == len(header), "csv: a column stands twice")
    cells = cells_of(matrix)
    need(len(rows) == len(cells), "csv has", len(rows), "rows for", len(cells), "cells")
    for row in rows:
        need(len(row) == len(header), "csv: a row has another number of fields:", row)
        need(not any(field.startswith(("=", "+", "-", "@", "\t", "\r")) for field in row), "csv: a formula in", row)
        fields = dict(zip(header, row, strict=True))
        cell = cells["/".join(fields[it] for it in ["guest", "source", "target"])]
        need(fields["standing"] == cell["standing"], "csv: another standing:", row)
        need(fields["score"] == (cell["score"] or ""), "csv: another score:", row)


def check_junit(audience, matrix):
    for choice in ["success", "skipped", "failure"]:
        path = WORK / "junit.xml"
        path.write_bytes(export("junit", audience, "--warnings", choice))
        becomes = {
            "SUCCESS": None, "WARNING": {"success": None, "skipped": junitparser.Skipped, "failure": junitparser.Failure}[choice],
            "FAILURE": junitparser.Failure, "lab error": junitparser.Error,
        }
        report, seen = junitparser.JUnitXml.fromfile(str(path)), {}
        for suite in report:
            for case in suite:
                source, target = case.name.split(" → ")
                need(case.classname == f"{suite.name}.{source}", "junit: class name", case.classname)
                seen[f"{suite.name}/{source}/{target}"] = case.result
            counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
            suite.update_statistics()
            need(counted == (suite.tests, suite.failures, suite.errors, suite.skipped), "junit: counts of", suite.name)
        cells = cells_of(matrix)
        need(seen.keys() == cells.keys(), "junit has other cells:", sorted(seen))
        for name, results in seen.items():
            kind = becomes.get(cells[name]["standing"], junitparser.Skipped)
            need([type(it) for it in results] == ([kind] if kind else []), "junit:", name, "is", results)


def public_key():
    """The log's key from its text form: name, id, and base64 of the type 1 and 32 bytes."""
    name, key_id, text = parsed(portolan("log", "stat", "--json"))["key"].split("+", 2)
    raw = base64.b64decode(text, validate=True)
    need(len(raw) == 33 and raw[0] == 1, "the log's key is no Ed25519 key")
    digest = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()
    need(digest.startswith(key_id), "the log's key has another id")
    return SSlibKey(f"{name}+{key_id}", "ed25519", "ed25519", {"public": raw[1:].hex()})


def check_in_toto(audience, matrix):
    path, key = WORK / f"{audience}.in-toto", public_key()
    envelope = dsse.Envelope.from_dict(parsed(path.read_text()))
    need(envelope.payload_type == "application/vnd.in-toto+json", "the envelope holds", envelope.payload_type)
    envelope.verify([key], 1)
    altered = dsse.Envelope(envelope.payload.replace(b'"result"', b'"Result"'), envelope.payload_type, envelope.signatures)
    try:
        altered.verify([key], 1)
    except exceptions.VerificationError:
        pass
    else:
        need(False, "an altered envelope was taken for a good one: this check checks nothing")
    need(export("in-toto", audience, "--unsigned") == envelope.payload + b"\n", "--unsigned is another statement")
    published = parsed(portolan("log", "stat", "--json"))["key"]
    portolan("verify", str(path), "--key", published)
    path.with_suffix(".altered").write_text(path.read_text().replace("application/vnd", "application/VND"))
    portolan("verify", str(path.with_suffix(".altered")), "--key", published, code=2)
    check_statement(parsed(envelope.payload), audience, matrix)


def check_statement(told, audience, matrix):
    statement = json_format.ParseDict(told, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    need(statement.predicate_type == "https://in-toto.io/attestation/test-result/v0.1", statement.predicate_type)
    # Strict: a field that the predicate does not have is an error.
    result = json_format.ParseDict(told["predicate"], test_result_pb2.TestResult())
    digest = hashlib.sha256((WORK / f"{audience}.json").read_bytes()).hexdigest()
    need(statement.subject[0].digest["sha256"] == digest, "the subject is not the exported json")
    policy, campaign = result.configuration
    for resource in result.configuration:
        ResourceDescriptor.copy_from_pb(resource).validate()
    need(policy.digest["sha256"] == matrix["policy_sha256"], "another policy")
    need(campaign.digest["sha256"] == hashlib.sha256(campaign.content).hexdigest(), "another definition of the campaign")
    lists = {"SUCCESS": result.passed_tests, "WARNING": result.warned_tests, "FAILURE": result.failed_tests}
    cells = cells_of(matrix)
    for score, names in lists.items():
        need(list(names) == [it for it, cell in cells.items() if cell["score"] == score], "other cells with", score)
    without = [it for it, cell in cells.items() if cell["score"] is None]
    need(list(campaign.annotations["without_score"]) == without, "cells without a score are not named")
    scores = {cell["score"] for cell in cells.values()}
    expected = "FAILED" if "FAILURE" in scores else "PASSED" if scores == {"SUCCESS"} else "WARNED"
    need(result.result == expected, "the result is", result.result, "and not", expected)


OSCAL_READER = """
import json, pathlib, sys
from trestle.oscal import OSCAL_VERSION
from trestle.oscal.assessment_results import AssessmentResults
model = AssessmentResults.oscal_read(pathlib.Path(sys.argv[1]))
print(json.dumps([OSCAL_VERSION, json.loads(model.oscal_serialize_json())]))
"""


def check_oscal(audience, matrix):
    path = WORK / f"{audience}.oscal.json"
    path.write_bytes((WORK / f"{audience}.oscal").read_bytes())
    document = parsed(path.read_text())
    # The model of the version that is written, and the newest: both refuse what they do not know.
    versions = []
    for place in [os.environ["OSCAL_1_1"], ""]:
        environment = {**os.environ, "PYTHONPATH": place}
        command = [sys.executable, "-c", OSCAL_READER, str(path)]
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        need(done.returncode == 0, "OSCAL is refused:", done.stderr.decode()[-2000:])
        version, read = json.loads(done.stdout)
        need(instants(read) == instants(document), "OSCAL", version, "drops or changes a part")
        versions.append(version)
    need(document["assessment-results"]["metadata"]["oscal-version"] == versions[0], "OSCAL models are of", versions)
    check_findings(document["assessment-results"], cells_of(matrix))
    check_trestle(path)
    return versions


def instants(value):
    """The same with times in one spelling, to the millisecond: readers cut off the rest."""
    if isinstance(value, dict):
        return {key: instants(it) for key, it in value.items()}
    if isinstance(value, list):
        return [instants(it) for it in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", value):
        return datetime.datetime.fromisoformat(value).isoformat(timespec="milliseconds")
    return value


def check_findings(results, cells):
    result = results["results"][0]
    components = {it["uuid"] for it in result["local-definitions"]["components"]}
    resources = {f"#{it['uuid']}" for it in results["back-matter"]["resources"]}
    need(results["import-ap"]["href"] in resources, "OSCAL: the plan is not there")
    observations = {}
    for seen in result["observations"]:
        need(seen["methods"] == ["TEST"], "OSCAL: methods", seen["methods"])
        need(all(it["subject-uuid"] in components for it in seen["subjects"]), "OSCAL: a subject is not there")
        need(all(it["href"] in resources for it in seen["relevant-evidence"]), "OSCAL: evidence is not there")
        observations[seen["uuid"]] = seen
    need(len(result["findings"]) == len(cells) == len(observations), "OSCAL: other numbers of cells")
    for finding in result["findings"]:
        guest, source, target = re.fullmatch(r"move-OF-(.+)-FROM-(.+)-TO-(.+)", finding["target"]["target-id"]).groups()
        standing = cells[f"{guest}/{source}/{target}"]["standing"]
        state = "satisfied" if standing == "SUCCESS" else "not-satisfied"
        need(finding["target"]["status"]["state"] == state, "OSCAL: rounded:", finding)
        told = [it["value"] for it in finding["props"] if it["name"] == "standing"]
        need(told == [standing], "OSCAL: another standing:", finding)
        need(finding["related-observations"][0]["observation-uuid"] in observations, "OSCAL: no observation")


def check_trestle(path):
    """All that trestle itself checks, duplicate identifiers among it."""
    workspace = WORK / f"trestle-{path.stem}"
    workspace.mkdir()
    trestle = [sys.executable, "-m", "trestle"]
    for words in [["init", "--local"], ["import", "-f", str(path), "-o", "x"], ["validate", "-t", "assessment-results", "-n", "x"]]:
        done = subprocess.run([*trestle, *words], cwd=workspace, capture_output=True, check=False)
        need(done.returncode == 0, "trestle", words[0], "refuses:", (done.stdout + done.stderr).decode()[-2000:])


def check_openmetrics(audience, matrix):
    text = (WORK / f"{audience}.openmetrics").read_text()
    need(text.endswith("\n# EOF\n"), "openmetrics does not end with # EOF")
    families = {it.name: it for it in openmetrics.text_string_to_metric_families(text)}
    states = {}
    for family in families.values():
        need(family.documentation, "openmetrics:", family.name, "has no help")
        for sample in family.samples:
            need(sample.labels.keys() <= LABELS, "openmetrics: labels", sorted(sample.labels))
    for sample in families["portolan_cell_standing"].samples:
        of = sample.labels
        name = "/".join([of["guest"], of["source"], of["target"]])
        states.setdefault(name, {})[of["portolan_cell_standing"]] = sample.value
    cells = cells_of(matrix)
    need(states.keys() == cells.keys(), "openmetrics has other cells")
    for name, values in states.items():
        need([it for it, value in values.items() if value == 1] == [cells[name]["standing"]], "openmetrics:", name, values)
        need(len(values) == 7, "openmetrics: not every state of", name)
    for which in ["scored", "planned"]:
        total = sum(it.value for it in families[f"portolan_trials_{which}"].samples)
        need(total == sum(it[which] for it in cells.values()), "openmetrics: trials", which)
    at = datetime.datetime.fromisoformat(matrix["course"]["last_recorded"]).timestamp()
    told = families["portolan_evidence_timestamp_seconds"].samples[0].value
    need(abs(told - at) < 0.002, "openmetrics: another time")


def check_parquet(audience):
    """The rows of the CSV file, with types; only where the program was built to write them."""
    first, second = WORK / f"{audience}.parquet", WORK / f"{audience}-again.parquet"
    words = ["export", "--format", "parquet", "--audience", audience, "--quiet", "--out"]
    done = subprocess.run([*CALL, *words, str(first)], capture_output=True, check=False)
    if b"built without Parquet" in done.stderr:
        return "no Parquet in this build"
    portolan(*words, str(second))
    need(first.read_bytes() == second.read_bytes(), "parquet for", audience, "differs the second time")
    from pyarrow import parquet  # pylint: disable=import-outside-toplevel

    table = parquet.read_table(first)
    with open(WORK / f"{audience}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    need(table.num_rows == len(rows) and table.column_names == list(rows[0]), "parquet: other rows or columns than csv")
    for row, told in zip(rows, table.to_pylist(), strict=True):
        for name, text in row.items():
            value = told[name]
            if isinstance(value, bool):
                same = text == ("yes" if value else "no")
            elif isinstance(value, datetime.datetime):
                same = abs(value - datetime.datetime.fromisoformat(text)) < datetime.timedelta(milliseconds=1)
            else:
                same = text == ("" if value is None else str(value))
            need(same, "parquet:", name, "is", value, "and in csv", text)
    return f"Parquet too ({len(table.schema.names)} columns)"


def check_bundle(audience):
    """The bundle, opened by Python: its digests, its files, and that it is the same again."""
    first, second = WORK / f"{audience}.zip", WORK / f"{audience}-again.zip"
    for path in [first, second]:
        export("bundle", audience, "--out", str(path), "--quiet")
    need(first.read_bytes() == second.read_bytes(), "bundle for", audience, "differs the second time")
    with zipfile.ZipFile(first) as bundle:
        need(bundle.testzip() is None, "bundle: a file is damaged:", bundle.testzip())
        names = bundle.namelist()
        need(names == sorted(set(names)), "bundle: its files are not in order")
        need(len({(it.date_time, it.external_attr, it.compress_type) for it in bundle.infolist()}) == 1, "bundle: files differ")
        files = {name: bundle.read(name) for name in names}
    unpacked = WORK / f"{audience}-bundle"
    for name, content in files.items():
        path = unpacked / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    need(sums.keys() == files.keys() - {"SHA256SUMS", "SHA256SUMS.dsse.json"}, "bundle: SHA256SUMS names other files")
    for name, digest in sums.items():
        need(hashlib.sha256(files[name]).hexdigest() == digest, "bundle: another digest of", name)
    done = subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=unpacked, check=False)
    need(done.returncode == 0, "sha256sum -c does not accept SHA256SUMS")
    for form, name in BUNDLED.items():
        need(files[name] == (WORK / f"{audience}.{form}").read_bytes(), "bundle:", name, "is not what --format", form, "gives")
    envelope = dsse.Envelope.from_dict(parsed(files["SHA256SUMS.dsse.json"]))
    envelope.verify([public_key()], 1)
    need(envelope.payload + b"\n" == files["SHA256SUMS"], "bundle: other digests are signed")
    need(("steps.csv" in files) == (audience == "operator"), "bundle: steps for", audience)
    told = parsed(portolan("verify", str(first), "--json"))
    need(told["right"] and told["signed"] and told["files"] == len(files), "bundle: verify says", told)
    return files


def check_no_tool(operator, bundle):
    """No public byte names a conversion tool, not even packed in base64."""
    names = {name for tool in operator["tools"] for name in [tool["id"], tool["product"]] if name.strip()}
    shown = [(WORK / f"public.{form}").read_text() for form in FORMATS]
    shown += [content.decode() for content in bundle.values()]
    for text in shown:
        packed = re.findall(r'"([A-Za-z0-9+/]{200,}={0,2})"', text)
        texts = [text] + [base64.b64decode(it).decode() for it in packed]
        # What the envelope holds has another such text in it.
        texts += [base64.b64decode(it).decode() for text in texts[1:] for it in re.findall(r'"([A-Za-z0-9+/]{200,}={0,2})"', text)]
        for name in names:
            found = re.compile(r"(?<!\w)" + re.escape(name) + r"(?!\w)", re.IGNORECASE)
            need(not any(found.search(it) for it in texts), "an export for the public names the tool", name, "in", text[:80])


def check_service(*_):
    """The metrics of a running service, by the reference parser."""
    command = [*CALL, "serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as serving:
        try:
            address = next((line.split()[-1] for line in serving.stderr if line.startswith("metrics at ")), None)
            need(address, "serve does not say where its metrics are")
            for _ in range(2):  # The second time the first is counted.
                with urllib.request.urlopen(address, timeout=60) as answer:
                    kind, text = answer.headers["Content-Type"], answer.read().decode()
        finally:
            serving.terminate()
            serving.stderr.read()
    need(serving.returncode == 0, "serve ended with", serving.returncode)
    need(kind.startswith("application/openmetrics-text; version=1.0.0"), "metrics are", kind)
    families = {family.name: family for family in openmetrics.text_string_to_metric_families(text)}
    need(SERVICE_METRICS <= set(families), "metrics that are missing:", SERVICE_METRICS - set(families))
    labels = {label for family in families.values() for sample in family.samples for label in sample.labels}
    need(labels <= SERVICE_LABELS, "metrics have labels", labels - SERVICE_LABELS)


def tried(check, *about):
    """What a check says; what a foreign library says is told with the name of the check."""
    try:
        return check(*about)
    except Exception as problem:  # pylint: disable=broad-exception-caught
        sys.exit(f"validate-exports: {check.__name__} {about[0]}: {type(problem).__name__}: {problem}")


def main():
    matrices, bundles = {}, {}
    for audience in AUDIENCES:
        tried(check_same_again, audience)
        matrix = matrices[audience] = tried(check_json, audience)
        need(cells_of(matrix), "the campaign has no cells: there is nothing to check")
        for check in [check_csv, check_junit, check_in_toto, check_openmetrics]:
            tried(check, audience, matrix)
        versions = tried(check_oscal, audience, matrix)
        columns = tried(check_parquet, audience)
        bundles[audience] = tried(check_bundle, audience)
    check_no_tool(matrices["operator"], bundles["public"])
    tried(check_service, "metrics")
    cells = cells_of(matrices["public"])
    seen = sorted({it["standing"] for it in cells.values()})
    print(f"validate-exports: {len(FORMATS)} formats and a bundle for {len(AUDIENCES)} audiences are right:",
          f"{len(cells)} cells, {', '.join(seen)}; OSCAL models {' and '.join(versions)}; {columns}")


main()
