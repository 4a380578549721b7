# Redmine with an empty database, served as soon as it is filled. Run by puma from a copy of the
# application; NETSNAP_REDMINE_KEY becomes the key of its administrator.
require_relative 'config/environment'

ActiveRecord::Migration.verbose = false
ActiveRecord::Base.connection.execute('PRAGMA synchronous = OFF')
ActiveRecord::MigrationContext.new(
  Rails.root.join('db/migrate').to_s, ActiveRecord::SchemaMigration
).migrate
ActiveRecord::Base.descendants.each(&:reset_column_information)
Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
admin = User.find_by_login('admin')
admin.update_columns(must_change_passwd: false)
Token.create!(user: admin, action: 'api').update_columns(value: ENV.fetch('NETSNAP_REDMINE_KEY'))

run Rails.application
