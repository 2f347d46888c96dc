"""Closures of rooms, buildings and the campus."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("room_id", sa.Text(), nullable=True),
        sa.Column("building_id", sa.Text(), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("is_yearly", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint('start < "end"', name=op.f("ck_closure_order")),
        sa.CheckConstraint("room_id IS NULL OR building_id IS NULL", name=op.f("ck_closure_place")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_closure_room_id_room")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_closure_building_id_building")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("closure")
