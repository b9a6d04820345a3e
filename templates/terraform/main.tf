# Everything that a job needs, and the job: topics, tables, buckets, a key, an account, a private network, alarms.

locals {
  labels     = merge(var.labels, { app = var.name })
  parameters = { for name, value in local.given : name => value if value != null }
}

module "kms" {
  source = "./modules/kms"

  project = var.project
  region  = var.region
  name    = var.name
  labels  = local.labels
}

module "identity" {
  source = "./modules/identity"

  project          = var.project
  region           = var.region
  name             = var.name
  image_repository = var.image_repository
}

module "pubsub" {
  source = "./modules/pubsub"

  name       = var.name
  labels     = local.labels
  key        = module.kms.key
  worker     = module.identity.worker
  publishers = var.publishers
}

module "bigquery" {
  source = "./modules/bigquery"

  project             = var.project
  location            = coalesce(var.dataset_location, var.region)
  name                = var.name
  labels              = local.labels
  key                 = module.kms.key
  worker              = module.identity.worker
  readers             = var.readers
  dead_letter_days    = var.dead_letter_days
  deletion_protection = var.deletion_protection
}

module "bigtable" {
  source = "./modules/bigtable"

  zone                = var.bigtable_zone
  name                = var.name
  labels              = local.labels
  key                 = module.kms.key
  worker              = module.identity.worker
  readers             = var.readers
  deletion_protection = var.deletion_protection
}

module "storage" {
  source = "./modules/storage"

  project      = var.project
  region       = var.region
  name         = var.name
  labels       = local.labels
  key          = module.kms.key
  worker       = module.identity.worker
  archive_days = var.archive_days
}

module "network" {
  source = "./modules/network"

  region = var.region
  name   = var.name
}

module "job" {
  source = "./modules/job"
  count  = var.template_path == null ? 0 : 1

  region           = var.region
  name             = var.name
  labels           = local.labels
  template_path    = var.template_path
  parameters       = local.parameters
  key              = module.kms.key
  worker           = module.identity.worker
  subnetwork       = module.network.subnetwork
  staging_location = module.storage.staging_location
  temp_location    = module.storage.temp_location
  machine_type     = var.machine_type
  max_workers      = var.max_workers
  streaming_mode   = var.streaming_mode
}

module "monitoring" {
  source = "./modules/monitoring"

  name                  = var.name
  labels                = local.labels
  subscription          = module.pubsub.events_subscription_name
  notification_channels = var.notification_channels
  runbook               = var.runbook
}
