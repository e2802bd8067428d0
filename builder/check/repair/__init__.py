"""The remedies a Problem offers: edits of a model, of a graph, of one output among several."""
