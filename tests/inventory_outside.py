"""Reads a CycloneDX bill of hublint with outside tools: the public 1.6 schema, and cyclonedx-python-lib's own reader.

    python tests/inventory_outside.py BOM.json

Exit code 77: the library is not installed (tools/check-inventory.sh makes a virtual environment that has it).
"""

import json
import re
import sys


def main(path: str) -> int:
    try:
        from cyclonedx.model.bom import Bom
        from cyclonedx.model.component import ComponentType
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError as error:
        print(f"cyclonedx-python-lib[validation] is not installed ({error}); run tools/check-inventory.sh")
        return 77
    with open(path, encoding="utf-8") as file:
        text = file.read()
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        print(f"the schema of CycloneDX 1.6 refuses it: {error}")
        return 1
    bom = Bom.from_json(json.loads(text))
    models = [it for it in bom.components if it.type == ComponentType.MACHINE_LEARNING_MODEL]
    data = [it for it in bom.components if it.type == ComponentType.DATA]
    pinned = [it for it in models if it.purl and re.fullmatch("[0-9a-f]{40}", it.purl.version or "")]
    print(f"{len(bom.components)} components: {len(models)} models, {len(data)} data, {len(pinned)} models with a commit")
    names = {f"{it.group}/{it.name}" if it.group else it.name for it in bom.components}
    for wanted in ("BAAI/bge-small-en-v1.5", "M1crosoft/Llama-3-8B", "gpt2", "squad"):
        if wanted not in names:
            print(f"{wanted} is missing")
            return 1
    for component in bom.components:
        occurrences = component.evidence.occurrences if component.evidence else []
        if not occurrences or any(it.line is None or it.line < 1 for it in occurrences):
            print(f"{component.name} has no place")
            return 1
        if component.purl and component.purl.type == "huggingface" and component.purl.name != component.name:
            print(f"the case of {component.name} is lost in {component.purl}")
            return 1
    if len(pinned) < 2 or not data:
        print("too few models with a commit, or no data")
        return 1
    bom.validate()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
