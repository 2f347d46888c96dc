"""Counters shared by several processes: requests per key, and failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tally")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tally SET UNLOGGED")


def downgrade() -> None:
    op.drop_table("tally")
