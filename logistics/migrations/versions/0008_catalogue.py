"""the catalogue: goods by weight, packs, bundles, photos, prices with history, price ceilings

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-23 20:40:00

"""
from datetime import datetime, timezone

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

APPEND_ONLY = ('product_prices', 'good_assignments', 'bundle_lines')
MOMENT = sa.DateTime(timezone=True)

COLUMNS = (
    "sold_by VARCHAR(32) DEFAULT 'piece' NOT NULL CONSTRAINT ck_products_soldby CHECK (sold_by IN ('piece', 'weight'))",
    "price_per_kg_cents INTEGER",
    "pack_size INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_products_pack_size CHECK (pack_size >= 1)",
    "temperature VARCHAR(32) DEFAULT 'ambient' NOT NULL CONSTRAINT ck_products_temperature"
    " CHECK (temperature IN ('ambient', 'chilled', 'frozen'))",
    "allergens VARCHAR(200) DEFAULT '' NOT NULL",
    "notes VARCHAR(500) DEFAULT '' NOT NULL",
    "is_bundle BOOLEAN DEFAULT false NOT NULL CONSTRAINT ck_products_by_weight CHECK ("
    "(sold_by = 'weight') = (price_per_kg_cents IS NOT NULL) AND (sold_by = 'piece' OR "
    "(price_per_kg_cents >= 0 AND weight_g >= 1 AND pack_size = 1 AND NOT is_bundle)))",
    "good_id INTEGER CONSTRAINT fk_products_good_id REFERENCES priced_goods (id)",
)
"""Added one by one and in words that both databases know: a table that others refer to is not made anew on SQLite,
because dropping it would take the rows that refer to it along."""


def upgrade():
    _create_goods()
    for column in COLUMNS:
        op.execute(f"ALTER TABLE products ADD COLUMN {column}")
    op.add_column('products', sa.Column('retired_at', MOMENT, nullable=True))
    op.create_index('ix_products_good_id', 'products', ['good_id'], unique=False)
    _create_prices()
    _create_bundles_and_photos()
    _create_ceilings()
    _take_over_prices()
    for table in APPEND_ONLY:
        _append_only(table)
    _never_edited()


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _account(table, column):
    return sa.ForeignKeyConstraint([column], ['accounts.id'], name=op.f(f'fk_{table}_{column}'))


def _product(table, column='product_id'):
    return sa.ForeignKeyConstraint([column], ['products.id'], name=op.f(f'fk_{table}_{column}'))


def _create_goods():
    op.create_table('priced_goods',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    _account('priced_goods', 'made_by_id'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_priced_goods')),
    sa.UniqueConstraint('name', name=op.f('uq_priced_goods_name'))
    )


def _create_prices():
    op.create_table('product_prices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.Column('cause', _words('pricecause', 'added', 'changed', 'imported', 'taken_over'), nullable=False),
    sa.Column('old_price_cents', sa.Integer(), nullable=True),
    sa.Column('old_price_per_kg_cents', sa.Integer(), nullable=True),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.Column('price_per_kg_cents', sa.Integer(), nullable=True),
    sa.Column('weight_g', sa.Integer(), nullable=False),
    sa.Column('pack_size', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('price_cents >= 0', name=op.f('ck_product_prices_price')),
    _product('product_prices'),
    _account('product_prices', 'set_by_id'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_prices'))
    )
    op.create_index('ix_product_prices_product_id_id', 'product_prices', ['product_id', 'id'], unique=False)
    op.create_index(op.f('ix_product_prices_starts_at'), 'product_prices', ['starts_at'], unique=False)


def _create_bundles_and_photos():
    op.create_table('bundle_lines',
    sa.Column('bundle_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity BETWEEN 1 AND 1000', name=op.f('ck_bundle_lines_quantity')),
    sa.CheckConstraint('bundle_id <> product_id', name=op.f('ck_bundle_lines_itself')),
    _product('bundle_lines', 'bundle_id'),
    _product('bundle_lines'),
    sa.PrimaryKeyConstraint('bundle_id', 'product_id', name=op.f('pk_bundle_lines'))
    )
    op.create_index(op.f('ix_bundle_lines_product_id'), 'bundle_lines', ['product_id'], unique=False)
    op.create_table('product_photos',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('width_px', sa.Integer(), nullable=False),
    sa.Column('height_px', sa.Integer(), nullable=False),
    sa.Column('set_at', MOMENT, nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    _product('product_photos'),
    _account('product_photos', 'set_by_id'),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_product_photos'))
    )


def _create_ceilings():
    op.create_table('good_assignments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('good_id', sa.Integer(), nullable=True),
    sa.Column('by_office', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('assigned_at', MOMENT, nullable=False),
    sa.Column('assigned_by_id', sa.Integer(), nullable=True),
    _product('good_assignments'),
    sa.ForeignKeyConstraint(['good_id'], ['priced_goods.id'], name=op.f('fk_good_assignments_good_id')),
    _account('good_assignments', 'assigned_by_id'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_good_assignments'))
    )
    op.create_index('ix_good_assignments_product_id_id', 'good_assignments', ['product_id', 'id'], unique=False)
    op.create_index(op.f('ix_good_assignments_assigned_at'), 'good_assignments', ['assigned_at'], unique=False)
    op.create_table('price_ceilings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('good_id', sa.Integer(), nullable=False),
    sa.Column('unit', _words('ceilingunit', 'per_500g', 'per_piece'), nullable=False),
    sa.Column('ceiling_cents', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('set_at', MOMENT, nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('end_reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint('ceiling_cents BETWEEN 0 AND 10000000', name=op.f('ck_price_ceilings_ceiling')),
    sa.CheckConstraint('until_on IS NULL OR until_on >= starts_on', name=op.f('ck_price_ceilings_until_on')),
    sa.CheckConstraint('(until_on IS NULL) = (ended_at IS NULL)', name=op.f('ck_price_ceilings_ended_at')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_price_ceilings_area_id')),
    sa.ForeignKeyConstraint(['good_id'], ['priced_goods.id'], name=op.f('fk_price_ceilings_good_id')),
    _account('price_ceilings', 'set_by_id'),
    _account('price_ceilings', 'ended_by_id'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_ceilings'))
    )
    op.create_index('ix_price_ceilings_good_id_area_id', 'price_ceilings', ['good_id', 'area_id'], unique=False)
    op.create_index('uq_price_ceilings_open', 'price_ceilings', ['area_id', 'good_id', 'unit'], unique=True, postgresql_where=sa.text('until_on IS NULL'), sqlite_where=sa.text('until_on IS NULL'))
    for column in ('set_at', 'ended_at'):
        op.create_index(op.f(f'ix_price_ceilings_{column}'), 'price_ceilings', [column], unique=False)


def _take_over_prices():
    """The first line of every known product's history: the price it had when its history began."""
    products = sa.table('products', *map(sa.column, ('id', 'price_cents', 'weight_g')))
    prices = sa.table(
        'product_prices',
        *map(sa.column, ('product_id', 'cause', 'price_cents', 'weight_g', 'pack_size', 'reason')),
        sa.column('starts_at', MOMENT),
    )
    standing = sa.select(
        products.c.id,
        sa.literal(datetime.now(timezone.utc), MOMENT),
        sa.literal('taken_over'),
        products.c.price_cents,
        products.c.weight_g,
        sa.literal(1),
        sa.literal(''),
    ).order_by(products.c.id)
    names = ['product_id', 'starts_at', 'cause', 'price_cents', 'weight_g', 'pack_size', 'reason']
    op.execute(prices.insert().from_select(names, standing))


def _append_only(table):
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"  # of migration 0001
    )


SET_ONCE = ('id', 'area_id', 'good_id', 'unit', 'ceiling_cents', 'starts_on', 'reason', 'set_at', 'set_by_id')
"""What a ceiling says. Only its end is written later, and that once."""


def _never_edited():
    if op.get_bind().dialect.name == 'sqlite':
        edited = ' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in SET_ONCE)
        op.execute(
            "CREATE TRIGGER price_ceilings_never_edited BEFORE UPDATE ON price_ceilings "
            f"WHEN OLD.until_on IS NOT NULL OR {edited} "
            "BEGIN SELECT RAISE(ABORT, 'price_ceilings is ended once and never edited'); END"
        )
        op.execute(
            "CREATE TRIGGER price_ceilings_no_delete BEFORE DELETE ON price_ceilings "
            "BEGIN SELECT RAISE(ABORT, 'price_ceilings is append-only'); END"
        )
        return
    edited = ' OR '.join(f'NEW.{name} IS DISTINCT FROM OLD.{name}' for name in SET_ONCE)
    op.execute(
        "CREATE FUNCTION refuse_ceiling_edit() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF OLD.until_on IS NOT NULL OR {edited} THEN "
        "RAISE EXCEPTION 'price_ceilings is ended once and never edited'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER price_ceilings_never_edited BEFORE UPDATE ON price_ceilings "
        "FOR EACH ROW EXECUTE FUNCTION refuse_ceiling_edit()"
    )
    op.execute(
        "CREATE TRIGGER price_ceilings_append_only BEFORE DELETE OR TRUNCATE ON price_ceilings "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade():
    for table in ('price_ceilings', 'good_assignments', 'product_photos', 'bundle_lines', 'product_prices'):
        op.drop_table(table)
    if op.get_bind().dialect.name != 'sqlite':
        op.execute("DROP FUNCTION refuse_ceiling_edit()")
    op.drop_index('ix_products_good_id', 'products')
    # the rule that names several columns goes first, with the column that carries it
    for column in ('retired_at', 'good_id', 'is_bundle', 'notes', 'allergens', 'temperature', 'pack_size', 'price_per_kg_cents', 'sold_by'):
        op.execute(f"ALTER TABLE products DROP COLUMN {column}")
    op.drop_table('priced_goods')
