"""Is the graph sound: wires, shapes, ranks and what kind of values each layer reads?"""
