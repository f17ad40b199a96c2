"""Keys that sign certificates, and letters of the public."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""


def downgrade() -> None:
    """Bring them back."""
