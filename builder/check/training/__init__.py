"""Do loss, metrics, labels, columns and ``fit`` settings suit the model and the data?"""
