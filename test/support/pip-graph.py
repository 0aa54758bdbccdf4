"""Who requires whom among installed distributions: what their metadata says, as pip's own library reads it.

Arguments: the directory where they are installed, and a requirements file. Prints JSON of {name: [names]}. Environment
markers count as true, except for what they say of extras.
"""
import importlib.metadata, json, sys

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name as canonical

directory, requirements_file = sys.argv[1:]


def holds(node, extra):
    if isinstance(node, list):
        ways = [[]]
        for part in node:
            if part == 'or':
                ways.append([])
            elif part != 'and':
                ways[-1].append(holds(part, extra))
        return any(all(way) for way in ways)
    left, operator, right = node
    if left.value != 'extra':
        return True
    assert str(operator) == '=='
    return extra is not None and canonical(right.value) == extra


def counts(requirement, extras):
    return requirement.marker is None or any(holds(requirement.marker._markers, extra) for extra in {None, *extras})


stated, asked, found = {}, {}, {}
for distribution in importlib.metadata.distributions(path=[directory]):
    name = canonical(distribution.metadata['Name'])
    stated[name] = [Requirement(text) for text in distribution.requires or []]
    asked[name], found[name] = set(), set()
with open(requirements_file) as lines:
    for requirement in map(Requirement, filter(None, map(str.strip, lines))):
        asked[canonical(requirement.name)] |= {canonical(extra) for extra in requirement.extras}

size = None
while size != (size := sum(map(len, [*asked.values(), *found.values()]))):
    for name, requirements in stated.items():
        for requirement in requirements:
            target = canonical(requirement.name)
            if target in stated and counts(requirement, asked[name]):
                asked[target] |= {canonical(extra) for extra in requirement.extras}
                found[name] |= {target} - {name}
json.dump({name: sorted(targets) for name, targets in found.items()}, sys.stdout)
