"""the life of campaigns: more states, minimums, caps, tiers of prices, kept steps

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-23 20:50:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OLD_STATES = ('draft', 'open', 'closed', 'failed', 'fulfilled')
NEW_STATES = ('draft', 'filed', 'approved', 'returned', 'open', 'closed', 'formed', 'failed', 'fulfilled')
OLD_EVENTS = (
    'order_placed', 'order_cancelled', 'line_shorted', 'campaign_failed', 'route_planned', 'stop_dropped', 'delivered',
    'item_reserved', 'ballot_registered', 'ballot_offered', 'ballot_waiting', 'ballot_lapsed', 'ballot_passed_over',
    'ballot_lost', 'ballot_cancelled', 'share_shorted', 'share_sent',
    'share_cancelled', 'item_issued', 'ballot_withdrawn', 'report_late',
)
OWN_EVENTS = ('campaign_filed', 'campaign_extended', 'campaign_waiting', 'price_fell')


def upgrade():
    _set_states(OLD_STATES, NEW_STATES)
    # what was closed had been decided: it had formed
    op.execute("UPDATE campaigns SET state = 'formed' WHERE state = 'closed'")
    _set_events(OLD_EVENTS, (*OLD_EVENTS, *OWN_EVENTS))
    _create_terms()
    _create_tiers_and_caps()
    _create_steps()


def downgrade():
    for table in ('campaign_steps', 'household_counts', 'offer_caps', 'price_tiers', 'campaign_terms'):
        op.drop_table(table)
    op.execute(f"DELETE FROM notifications WHERE event IN ({_listed(OWN_EVENTS)})")
    _set_events((*OLD_EVENTS, *OWN_EVENTS), OLD_EVENTS)
    # what waited for its merchant's word may be closed again, what nobody could order in is a draft
    op.execute("UPDATE campaigns SET state = 'open' WHERE state = 'closed'")
    op.execute("UPDATE campaigns SET state = 'closed' WHERE state = 'formed'")
    op.execute("UPDATE campaigns SET state = 'draft' WHERE state IN ('filed', 'approved', 'returned')")
    _set_states(NEW_STATES, OLD_STATES)


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _listed(words):
    return ', '.join(f"'{word}'" for word in words)


def _set_events(old, new):
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.alter_column('event', existing_type=_words('event', *old), type_=_words('event', *new), existing_nullable=False)


def _set_states(old, new):
    """Other words in the CHECK of `campaigns.state`.

    SQLite cannot alter a CHECK, and the table cannot be made anew while rows of others point to it. What SQLite's own
    manual gives for such changes (lang_altertable.html, section 7) is to write the new text into the schema.
    """
    bind = op.get_bind()
    if bind.dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_campaigns_campaignstate'), 'campaigns', type_='check')
        op.create_check_constraint(op.f('ck_campaigns_campaignstate'), 'campaigns', sa.column('state').in_(new))
        return
    before, after = f'IN ({_listed(old)})', f'IN ({_listed(new)})'
    text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'campaigns'").scalar()
    assert before in text, text
    version = bind.exec_driver_sql('PRAGMA schema_version').scalar()
    bind.exec_driver_sql('PRAGMA writable_schema = ON')
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'campaigns'"),
        {'sql': text.replace(before, after)},
    )
    bind.exec_driver_sql(f'PRAGMA schema_version = {version + 1}')
    bind.exec_driver_sql('PRAGMA writable_schema = OFF')


def _create_terms():
    op.create_table('campaign_terms',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('minimum_households', sa.Integer(), nullable=False),
    sa.Column('minimum_units', sa.Integer(), nullable=False),
    sa.Column('minimum_cents', sa.Integer(), nullable=False),
    sa.Column('if_missed', _words('fallback', 'cancel', 'extend', 'notify'), nullable=False),
    sa.Column('extend_min', sa.Integer(), nullable=True),
    sa.Column('extended_at', MOMENT, nullable=True),
    sa.Column('household_units_max', sa.Integer(), nullable=True),
    sa.Column('orders_max', sa.Integer(), nullable=True),
    sa.Column('units_max', sa.Integer(), nullable=True),
    sa.Column('order_count', sa.Integer(), nullable=False),
    sa.Column('unit_count', sa.Integer(), nullable=False),
    sa.Column('full_at', MOMENT, nullable=True),
    sa.CheckConstraint('minimum_households >= 0 AND minimum_units >= 0 AND minimum_cents >= 0', name=op.f('ck_campaign_terms_minimums')),
    sa.CheckConstraint("(if_missed = 'extend') = (extend_min IS NOT NULL)", name=op.f('ck_campaign_terms_extension')),
    sa.CheckConstraint('extend_min IS NULL OR extend_min >= 1', name=op.f('ck_campaign_terms_extend_min')),
    sa.CheckConstraint('order_count >= 0 AND (orders_max IS NULL OR order_count <= orders_max)', name=op.f('ck_campaign_terms_orders_cap')),
    sa.CheckConstraint('unit_count >= 0 AND (units_max IS NULL OR unit_count <= units_max)', name=op.f('ck_campaign_terms_units_cap')),
    sa.CheckConstraint('household_units_max IS NULL OR household_units_max >= 1', name=op.f('ck_campaign_terms_household_cap')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_terms_campaign_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_campaign_terms'))
    )


def _create_tiers_and_caps():
    op.create_table('price_tiers',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('from_units', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.CheckConstraint('from_units >= 1', name=op.f('ck_price_tiers_from_units')),
    sa.CheckConstraint('price_cents >= 0', name=op.f('ck_price_tiers_price')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_price_tiers_offer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer_id', 'from_units', name=op.f('pk_price_tiers'))
    )
    op.create_table('offer_caps',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('units_max', sa.Integer(), nullable=False),
    sa.Column('unit_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('0 <= unit_count AND unit_count <= units_max', name=op.f('ck_offer_caps_units_cap')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_offer_caps_offer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer_id', name=op.f('pk_offer_caps'))
    )
    op.create_table('household_counts',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('unit_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('unit_count >= 0', name=op.f('ck_household_counts_unit_count')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_household_counts_campaign_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_household_counts_household_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'household_id', name=op.f('pk_household_counts'))
    )


def _create_steps():
    op.create_table('campaign_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('step', _words('step', 'filed', 'approved', 'returned', 'withdrawn', 'opened', 'full', 'extended', 'closed', 'formed', 'failed', 'fulfilled'), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_campaign_steps_account_id')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_campaign_steps_area_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_steps_campaign_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_steps'))
    )
    with op.batch_alter_table('campaign_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_steps_campaign_id'), ['campaign_id'], unique=False)
