-- What a shopkeeper would set in EverShop's admin pages, beyond the goods that its own seed brings.
INSERT INTO setting (name, value) VALUES
  ('storeName', 'EverShop'),
  ('codPaymentStatus', '1'),
  ('codDisplayName', 'Cash on delivery');

INSERT INTO shipping_zone (name) VALUES ('Home');
INSERT INTO shipping_zone_country (zone_id, country) SELECT shipping_zone_id, 'GB' FROM shipping_zone;
INSERT INTO shipping_zone_country (zone_id, country) SELECT shipping_zone_id, 'US' FROM shipping_zone;
INSERT INTO shipping_zone_provider (zone_id, provider_code) SELECT shipping_zone_id, 'core' FROM shipping_zone;
INSERT INTO core_shipping_method (name) VALUES ('Standard delivery');
INSERT INTO core_shipping_method_rate (method_id, zone_id, cost)
  SELECT core_shipping_method_id, shipping_zone_id, 5 FROM core_shipping_method, shipping_zone;

-- Journeys that run all day would buy the cups up.
UPDATE product_inventory SET manage_stock = false;
