"""The use cases: what people and programs can ask Roomie to do."""
