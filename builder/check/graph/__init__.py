"""Checks of the graph: wires, shapes, ranks and the kind of values each layer reads."""
