/** ISO 3166-1 countries, those who were asked for first. Their names come from the browser, in the reader's language. */
export const REGIONS: readonly string[] = (
  "ID MY SG TH VN PH MM KH LA BN TL CN HK MO TW JP KR MN IN BD PK LK NP BT MV AU NZ PG FJ SA AE QA KW BH OM YE IQ IR TR EG MA DZ TN LY SD JO LB SY PS IL " +
  "NL DE FR BE LU GB IE ES PT IT CH AT SE NO DK FI IS PL CZ SK HU RO BG GR HR SI RS BA MK AL ME EE LV LT UA BY MD RU GE AM AZ KZ UZ TM KG TJ AF " +
  "US CA MX GT HN SV NI CR PA CU DO HT JM TT BR AR CL PE CO VE EC BO PY UY GY SR ZA NG KE GH ET TZ UG RW SN CI CM CD AO MZ ZM ZW BW NA MG MU"
).split(" ");
