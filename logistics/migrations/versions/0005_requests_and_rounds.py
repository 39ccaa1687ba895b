"""requests, tiers and allocation rounds; messages to areas; cities above districts

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-23 18:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

OLD_EVENTS = (
    'order_placed', 'order_cancelled', 'line_shorted', 'campaign_failed', 'route_planned', 'stop_dropped', 'delivered',
    'item_reserved', 'ballot_registered', 'ballot_offered', 'ballot_waiting', 'ballot_lapsed', 'ballot_passed_over',
    'ballot_lost', 'ballot_cancelled',
)
NEW_EVENTS = (
    *OLD_EVENTS, 'share_shorted', 'share_sent', 'share_cancelled', 'item_issued', 'ballot_withdrawn', 'report_late',
)
OLD_LEVELS = ('district', 'street_office', 'community')
NEW_LEVELS = ('city', *OLD_LEVELS)
RECIPIENT = '(household_id IS NULL) <> (area_id IS NULL)'


def upgrade():
    _set_levels(OLD_LEVELS, NEW_LEVELS)
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('area_id', sa.Integer(), nullable=True))
        batch_op.alter_column('household_id', existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column('event', existing_type=_words('event', *OLD_EVENTS), type_=_words('event', *NEW_EVENTS), existing_nullable=False)
        batch_op.create_foreign_key(batch_op.f('fk_notifications_area_id'), 'areas', ['area_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_notifications_recipient'), RECIPIENT)
        batch_op.create_index(batch_op.f('ix_notifications_area_id'), ['area_id'], unique=False)
    _create_tiers()
    _create_rounds()
    _create_requests()
    _create_shares()


def downgrade():
    bind = op.get_bind()
    if bind.execute(sa.text("SELECT count(*) FROM areas WHERE level = 'city'")).scalar():
        raise RuntimeError('release 0004 knows no cities: give their districts no parent and delete them first')
    for table in ('round_shares', 'supply_requests', 'allocation_rounds', 'community_tiers'):
        op.drop_table(table)
    op.execute('DELETE FROM notifications WHERE household_id IS NULL')
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notifications_area_id'))
        batch_op.drop_constraint(batch_op.f('ck_notifications_recipient'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_notifications_area_id'), type_='foreignkey')
        batch_op.alter_column('event', existing_type=_words('event', *NEW_EVENTS), type_=_words('event', *OLD_EVENTS), existing_nullable=False)
        batch_op.alter_column('household_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column('area_id')
    _set_levels(NEW_LEVELS, OLD_LEVELS)


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _set_levels(old, new):
    """Other words in the CHECK of `areas.level`.

    SQLite cannot alter a CHECK, and the table cannot be made anew while rows of others point to it. What SQLite's own
    manual gives for such changes (lang_altertable.html, section 7) is to write the new text into the schema.
    """
    bind = op.get_bind()
    if bind.dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_areas_arealevel'), 'areas', type_='check')
        op.create_check_constraint(op.f('ck_areas_arealevel'), 'areas', sa.column('level').in_(new))
        return
    before, after = (', '.join(f"'{word}'" for word in words) for words in (old, new))
    text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'areas'").scalar()
    assert f'IN ({before})' in text, text
    version = bind.exec_driver_sql('PRAGMA schema_version').scalar()
    bind.exec_driver_sql('PRAGMA writable_schema = ON')
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'areas'"),
        {'sql': text.replace(f'IN ({before})', f'IN ({after})')},
    )
    bind.exec_driver_sql(f'PRAGMA schema_version = {version + 1}')
    bind.exec_driver_sql('PRAGMA writable_schema = OFF')


def _create_tiers():
    op.create_table('community_tiers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('tier', _words('tier', 'transmission', 'cases', 'no_case'), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_community_tiers_area_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['accounts.id'], name=op.f('fk_community_tiers_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_community_tiers'))
    )
    with op.batch_alter_table('community_tiers', schema=None) as batch_op:
        batch_op.create_index('ix_community_tiers_area_id_starts_on', ['area_id', 'starts_on'], unique=False)


def _create_rounds():
    op.create_table('allocation_rounds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('state', _words('roundstate', 'draft', 'approved', 'dispatched', 'received', 'cancelled'), nullable=False),
    sa.Column('emergency', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('rule', sa.String(length=32), nullable=False),
    sa.Column('supply', sa.Integer(), nullable=False),
    sa.Column('given', sa.Integer(), nullable=False),
    sa.Column('inputs', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drafted_by_id', sa.Integer(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('reservation_id', sa.Integer(), nullable=True),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dispatched_by_id', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by_id', sa.Integer(), nullable=True),
    sa.Column('cancel_reason', sa.String(length=200), server_default='', nullable=False),
    sa.CheckConstraint('given >= 0 AND given <= supply', name=op.f('ck_allocation_rounds_given')),
    sa.CheckConstraint('approved_by_id IS NULL OR approved_by_id <> drafted_by_id', name=op.f('ck_allocation_rounds_four_eyes')),
    sa.CheckConstraint("state = 'cancelled' OR (state <> 'draft') = (approved_by_id IS NOT NULL)", name=op.f('ck_allocation_rounds_approved')),
    sa.CheckConstraint("(state IN ('dispatched', 'received')) = (dispatched_at IS NOT NULL)", name=op.f('ck_allocation_rounds_dispatched')),
    sa.CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name=op.f('ck_allocation_rounds_received')),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f('ck_allocation_rounds_cancelled')),
    sa.CheckConstraint("state <> 'cancelled' OR approved_by_id IS NULL OR cancel_reason <> ''", name=op.f('ck_allocation_rounds_cancel_reason')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['accounts.id'], name=op.f('fk_allocation_rounds_approved_by_id')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_allocation_rounds_area_id')),
    sa.ForeignKeyConstraint(['cancelled_by_id'], ['accounts.id'], name=op.f('fk_allocation_rounds_cancelled_by_id')),
    sa.ForeignKeyConstraint(['dispatched_by_id'], ['accounts.id'], name=op.f('fk_allocation_rounds_dispatched_by_id')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['accounts.id'], name=op.f('fk_allocation_rounds_drafted_by_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_allocation_rounds_item_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_allocation_rounds_reservation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation_rounds')),
    sa.UniqueConstraint('code', name=op.f('uq_allocation_rounds_code')),
    sa.UniqueConstraint('reservation_id', name=op.f('uq_allocation_rounds_reservation_id'))
    )
    with op.batch_alter_table('allocation_rounds', schema=None) as batch_op:
        batch_op.create_index('ix_allocation_rounds_area_id_item_id', ['area_id', 'item_id'], unique=False)


def _create_requests():
    op.create_table('supply_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(length=80), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('checkpoint_count', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('state', _words('requeststate', 'open', 'allocated', 'declined', 'withdrawn'), nullable=False),
    sa.Column('refusal', _words('refusal', 'no_room', 'no_need'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_supply_requests_quantity')),
    sa.CheckConstraint('checkpoint_count >= 0', name=op.f('ck_supply_requests_checkpoint_count')),
    sa.CheckConstraint("state <> 'declined' OR refusal IS NOT NULL", name=op.f('ck_supply_requests_declined')),
    sa.CheckConstraint("(state = 'allocated') = (round_id IS NOT NULL)", name=op.f('ck_supply_requests_allocated')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_supply_requests_area_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_supply_requests_item_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['accounts.id'], name=op.f('fk_supply_requests_requested_by_id')),
    sa.ForeignKeyConstraint(['round_id'], ['allocation_rounds.id'], name=op.f('fk_supply_requests_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supply_requests')),
    sa.UniqueConstraint('code', name=op.f('uq_supply_requests_code'))
    )
    with op.batch_alter_table('supply_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supply_requests_area_id'), ['area_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supply_requests_round_id'), ['round_id'], unique=False)
        batch_op.create_index('uq_supply_requests_standing', ['item_id', 'area_id', 'post'], unique=True, postgresql_where=sa.text("state IN ('open', 'declined')"), sqlite_where=sa.text("state IN ('open', 'declined')"))


def _create_shares():
    op.create_table('round_shares',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=160), nullable=False),
    sa.Column('parent_place', sa.String(length=160), nullable=False),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(length=80), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=True),
    sa.Column('request_version', sa.Integer(), nullable=True),
    sa.Column('requested', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('carry', sa.Integer(), nullable=False),
    sa.Column('allocated', sa.Integer(), nullable=False),
    sa.Column('refusal', _words('refusal', 'no_room', 'no_need'), nullable=True),
    sa.Column('explanation', sa.JSON(), nullable=False),
    sa.Column('shipment_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('allocated >= 0 AND allocated <= requested', name=op.f('ck_round_shares_allocated')),
    sa.CheckConstraint('refusal IS NULL OR allocated = 0', name=op.f('ck_round_shares_refused')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_round_shares_area_id')),
    sa.ForeignKeyConstraint(['request_id'], ['supply_requests.id'], name=op.f('fk_round_shares_request_id')),
    sa.ForeignKeyConstraint(['round_id'], ['allocation_rounds.id'], name=op.f('fk_round_shares_round_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.id'], name=op.f('fk_round_shares_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_shares')),
    sa.UniqueConstraint('round_id', 'place', name=op.f('uq_round_shares_round_id_place'))
    )
    with op.batch_alter_table('round_shares', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_shares_area_id'), ['area_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_shares_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_shares_shipment_id'), ['shipment_id'], unique=False)
