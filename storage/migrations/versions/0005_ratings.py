"""Ratings of rooms by visitors."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cleanliness", sa.Float(), nullable=False),
        sa.Column("location", sa.Float(), nullable=False),
        sa.Column("quietness", sa.Float(), nullable=False),
        sa.Column("overall", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_rating_room_id_room")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rating")),
    )
    op.create_index("ix_rating_room_id_at", "rating", ["room_id", "at"])


def downgrade() -> None:
    op.drop_table("rating")
