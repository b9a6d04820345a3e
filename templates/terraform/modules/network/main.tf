# A network of its own, without a way to or from the internet: workers have private addresses and reach Google's
# services by Private Google Access. No NAT is needed, since nothing is installed when a job starts.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "region" { type = string }
variable "name" { type = string }

locals {
  # private.googleapis.com, the same everywhere.
  private_range     = "199.36.153.8/30"
  private_addresses = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
  domains           = { apis = "googleapis.com.", images = "pkg.dev.", registry = "gcr.io." }
}

resource "google_compute_network" "this" {
  name                            = var.name
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true
}

resource "google_compute_subnetwork" "workers" {
  #checkov:skip=CKV_GCP_76:IPv4 only
  name                     = "${var.name}-workers"
  region                   = var.region
  network                  = google_compute_network.this.id
  ip_cidr_range            = "10.128.0.0/22"
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_route" "google" {
  name             = "${var.name}-to-google"
  network          = google_compute_network.this.id
  dest_range       = local.private_range
  next_hop_gateway = "default-internet-gateway" # within Google's network: the range is announced nowhere else
}

resource "google_compute_firewall" "between_workers" {
  name      = "${var.name}-between-workers"
  network   = google_compute_network.this.id
  direction = "INGRESS"

  allow {
    protocol = "tcp"
    ports    = ["12345-12346"]
  }

  source_tags = ["dataflow"]
  target_tags = ["dataflow"]
}

resource "google_compute_firewall" "to_google" {
  name               = "${var.name}-to-google"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = [local.private_range]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "to_workers" {
  name               = "${var.name}-to-workers"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = [google_compute_subnetwork.workers.ip_cidr_range]

  allow {
    protocol = "tcp"
    ports    = ["12345-12346"]
  }
}

resource "google_compute_firewall" "to_nowhere_else" {
  name               = "${var.name}-to-nowhere-else"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 65000
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

resource "google_dns_managed_zone" "google" {
  #checkov:skip=CKV_GCP_16:a private zone cannot be signed
  for_each = local.domains

  name        = "${var.name}-${each.key}"
  dns_name    = each.value
  description = "Leads to Private Google Access."
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }
}

resource "google_dns_record_set" "hosts" {
  for_each = local.domains

  managed_zone = google_dns_managed_zone.google[each.key].name
  name         = "*.${each.value}"
  type         = "CNAME"
  ttl          = 300
  rrdatas      = [each.key == "apis" ? "private.googleapis.com." : each.value]
}

resource "google_dns_record_set" "addresses" {
  for_each = local.domains

  managed_zone = google_dns_managed_zone.google[each.key].name
  name         = each.key == "apis" ? "private.googleapis.com." : each.value
  type         = "A"
  ttl          = 300
  rrdatas      = local.private_addresses
}

output "subnetwork" {
  value       = "regions/${var.region}/subnetworks/${google_compute_subnetwork.workers.name}"
  description = "The subnetwork as Dataflow takes it."
  depends_on = [
    google_compute_route.google,
    google_compute_firewall.to_google,
    google_dns_record_set.hosts,
    google_dns_record_set.addresses,
  ]
}
