"""The web door: the live chat page and the REST API, over the one web server that ``bot/http.py`` runs."""
