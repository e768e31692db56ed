"""The API: a list of operations, from which both the routes and the OpenAPI document are made."""
