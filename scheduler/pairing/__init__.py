"""The pairing problem: case cities matched in pairs and triangles, with reasons."""
