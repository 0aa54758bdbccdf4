"""What Python itself makes of setup.py, setup.cfg and pyproject.toml files, read without running them.

Standard input: {"setup_py": [text], "setup_cfg": [text], "pyproject": [text]}; output: the answers in the same form.
"""
import ast
import configparser
import json
import sys
import tomllib

sys.setrecursionlimit(5000)


def setup_py(text):
    try:
        # A lone surrogate cannot be encoded, and is no Python either.
        tree = ast.parse(text.encode())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    found = first_call(tree, [])
    if found is None:
        return {"setup_requires": []}
    call, blocks = found
    answer = {"setup_requires": texts(keyword(call, blocks, "setup_requires"))}
    name, version = keyword(call, blocks, "name"), keyword(call, blocks, "version")
    if isinstance(name, str) and name:
        answer["name"] = name
    if version and text_of(version):
        answer["version"] = text_of(version)
    return answer


def first_call(node, blocks):
    """Depth first, a call before its parts; with the statement blocks around it, from outside to inside."""
    if isinstance(node, ast.Call) and is_setup(node.func):
        return node, blocks
    for _, value in ast.iter_fields(node):
        items = value if isinstance(value, list) else [value]
        around = blocks + [items] if items and isinstance(items[0], ast.stmt) else blocks
        for item in items:
            found = first_call(item, around) if isinstance(item, ast.AST) else None
            if found:
                return found
    return None


def is_setup(func):
    if isinstance(func, ast.Name):
        return func.id == "setup"
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
        return False
    return func.value.id == "setuptools" and func.attr == "setup"


def keyword(call, blocks, name):
    for each in call.keywords:
        if each.arg != name:
            continue
        if isinstance(each.value, ast.Name):
            return variable(each.value.id, call.lineno, blocks)
        return literal(each.value)
    return None


def variable(name, line, blocks):
    for block in reversed(blocks):
        for statement in reversed(block):
            if statement.lineno >= line or not isinstance(statement, ast.Assign):
                continue
            if any(isinstance(target, ast.Name) and target.id == name for target in statement.targets):
                return literal(statement.value)
    return None


def literal(node):
    """Fewer things than for literal_eval: no sums (complex numbers), no calls (`set()`), no `...`."""
    for each in ast.walk(node):
        if isinstance(each, (ast.BinOp, ast.Call)) or getattr(each, "value", None) is ...:
            return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def text_of(value):
    if isinstance(value, (tuple, list, bytes)):
        return ".".join(map(str, value))
    return str(value)


def texts(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, (tuple, list, set)):
        return [item for item in value if isinstance(item, str)]
    return []


def setup_cfg(text):
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_file(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    except configparser.Error:
        return None
    options = {"name": "metadata", "version": "metadata", "package_dir": "options", "setup_requires": "options"}
    return {option: parser.get(section, option, fallback=None) for option, section in options.items()}


def pyproject(text):
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    project, system = document.get("project", {}), document.get("build-system")
    return {
        "name": project.get("name"),
        "version": project.get("version"),
        "requires": system and system.get("requires"),
        "backend": system and system.get("build-backend"),
    }


questions = json.load(sys.stdin)
readers = {"setup_py": setup_py, "setup_cfg": setup_cfg, "pyproject": pyproject}
json.dump({kind: [readers[kind](text) for text in texts] for kind, texts in questions.items()}, sys.stdout)
