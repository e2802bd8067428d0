"""Do the outputs suit the data: last layer, loss, labels, metrics and column bindings?"""
