"""Resources: AWS as objects with attributes, actions and collections."""
