# The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… ruby hmac.rb <userId> [<end, in Unix seconds>]
require "openssl"

# Ends with the secret.
def user_hmac(secret, user_id)
  [OpenSSL::HMAC.digest("SHA256", secret, user_id)].pack("m0")
end

# Ends at a moment, at most seven days ahead.
def expiring_user_hmac(secret, user_id, ends_at)
  mac = OpenSSL::HMAC.digest("SHA256", "v2:#{secret}", "#{ends_at}.#{user_id}")
  "v2.#{ends_at}.#{[mac].pack("m0").tr("+/", "-_").delete("=")}"
end

if __FILE__ == $PROGRAM_NAME
  secret = ENV.fetch("BELL_API_SECRET_KEY")
  user_id, ends_at = ARGV
  puts ends_at ? expiring_user_hmac(secret, user_id, ends_at) : user_hmac(secret, user_id)
end
