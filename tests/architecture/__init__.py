"""The shape of the code: routes, permissions, texts, migrations, documents, sizes."""
