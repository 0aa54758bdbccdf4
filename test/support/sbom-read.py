"""
Validates SBOMs with libraries of the formats' authors, reads them and writes them again, so that a test sees what of
them was understood.

Argument: cyclonedx or spdx. Standard input: a JSON list of texts. Prints a JSON list with `problems`, a list of texts,
and `written`, the document.
"""

import json
import sys


def read_cyclonedx(text):
    from cyclonedx.model.bom import Bom
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    document = json.loads(text)
    version = SchemaVersion.from_version(document["specVersion"])
    error = JsonStrictValidator(version).validate_str(text)
    bom = Bom.from_json(document)
    # Raises an exception when a dependency leads to nothing.
    bom.validate()
    written = make_outputter(bom, OutputFormat.JSON, version).output_as_string()
    return {"problems": [] if error is None else [repr(error)], "written": json.loads(written)}


def read_spdx(text):
    from spdx_tools.spdx.jsonschema.document_converter import DocumentConverter
    from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    document = JsonLikeDictParser().parse(json.loads(text))
    problems = [f"{each.context.spdx_id}: {each.validation_message}" for each in validate_full_spdx_document(document)]
    return {"problems": problems, "written": DocumentConverter().convert(document)}


read = {"cyclonedx": read_cyclonedx, "spdx": read_spdx}[sys.argv[1]]
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
