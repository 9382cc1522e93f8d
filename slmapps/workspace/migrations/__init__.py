"""How the tables came to be, step by step (Alembic); run when a workspace is opened."""
