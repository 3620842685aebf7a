"""Case cities matched into pairs and triangles, with reasons and consent."""
