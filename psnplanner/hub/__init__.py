"""The hub: a PostgreSQL database through which laptops exchange their journals."""
