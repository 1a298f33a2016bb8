"""What scripts/generate.py makes from openapi.json."""
