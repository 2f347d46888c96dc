"""The people invited to a booking, and the last offer to hand it over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("guests", sa.Text(), server_default="", nullable=False))
    op.add_column("booking", sa.Column("transfer", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("booking", "transfer")
    op.drop_column("booking", "guests")
