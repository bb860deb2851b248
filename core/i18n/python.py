"""Marked texts of Python modules, found in the syntax tree."""

import ast

from core.i18n.messages import SIGNATURES, Extract, Finding, Message, Signature, translators_comment

MODULE = "django.utils.translation"
DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def extract(source: str, name: str) -> Extract:
    """The messages of one module. A marked text that is no plain literal, or is translated at import, is a finding."""
    tree = ast.parse(source, filename=name)
    reader = _Reader(name, source.splitlines(), *_names(tree))
    reader.visit(tree)
    return reader.found


def _names(tree: ast.AST) -> tuple[dict[str, str], set[str]]:
    """Local names of gettext functions, and dotted names by which the translation module itself is reached."""
    functions: dict[str, str] = {}
    modules = {MODULE}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if node.module == MODULE and alias.name in SIGNATURES:
                    functions[alias.asname or alias.name] = alias.name
                elif f"{node.module}.{alias.name}" == MODULE:
                    modules.add(alias.asname or alias.name)
        elif isinstance(node, ast.Import):
            modules.update(alias.asname for alias in node.names if alias.name == MODULE and alias.asname)
    return functions, modules


class _Reader(ast.NodeVisitor):
    def __init__(self, name: str, lines: list[str], functions: dict[str, str], modules: set[str]) -> None:
        self.name, self.lines, self.functions, self.modules = name, lines, functions, modules
        self.found = Extract()
        self.depth = 0

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, DEFERRED):
            self._deferred(node)
            return
        if isinstance(node, ast.Call) and (signature := self._signature(node.func)):
            self._call(node, signature)
        self.generic_visit(node)

    def _deferred(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Bodies run later; defaults, annotations and decorators run when the module is imported."""
        body = node.body if isinstance(node.body, list) else [node.body]
        for child in ast.iter_child_nodes(node):
            if child not in body:
                self.visit(child)
        self.depth += 1
        for child in body:
            self.visit(child)
        self.depth -= 1

    def _signature(self, function: ast.expr) -> Signature | None:
        if isinstance(function, ast.Name):
            return SIGNATURES.get(self.functions.get(function.id, ""))
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) in self.modules:
            return SIGNATURES.get(function.attr)
        return None

    def _call(self, call: ast.Call, signature: Signature) -> None:
        if not signature.lazy and not self.depth:
            self._complain(call, "translated once at import, use the lazy function")
        parts = [self._literal(call, at) for at in (signature.singular, signature.plural, signature.context)]
        message_id, plural, context = parts
        if message_id is None:
            return
        if not message_id:
            self._complain(call, "an empty text is the catalogue's header, not a message")
            return
        comment = translators_comment(self.lines, call.lineno)
        self.found.messages.append(Message(message_id, self.name, plural, context, comment))

    def _literal(self, call: ast.Call, at: int | None) -> str | None:
        if at is None:
            return None
        if at >= len(call.args):
            self._complain(call, "pass the texts by position")
            return None
        argument = call.args[at]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return argument.value
        if _is_built(argument):
            self._complain(call, "mark one plain literal and fill it in afterwards")
        return None

    def _complain(self, call: ast.Call, problem: str) -> None:
        self.found.findings.append(Finding(f"{self.name}:{call.lineno}", ast.unparse(call), problem))


def _is_built(argument: ast.expr) -> bool:
    """Is this text put together in the call, so that no catalogue can hold it? (A name is marked where it is set.)"""
    if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.IfExp):
        return True
    method = argument.func if isinstance(argument, ast.Call) else None
    return isinstance(method, ast.Attribute) and isinstance(method.value, ast.Constant)
