# Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… ruby send.rb <userId> <title> <key>
# The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
require "json"
require "net/http"

# A refusal: the code is for programs, the errors point to the members that are not right.
class BellError < StandardError
  attr_reader :code, :errors

  def initialize(problem)
    @code, @errors = problem.fetch("code"), problem.fetch("errors", [])
    details = @errors.map { |error| "#{error["pointer"]} #{error["detail"]}" }
    super(["#{@code}: #{problem["detail"]}", *details].join("\n"))
  end
end

def send_notification(notification, idempotency_key)
  uri = URI("#{ENV.fetch("BELL_URL")}/api/v1/notifications")
  headers = {
    "Authorization" => "Bearer #{ENV.fetch("BELL_BACKEND_KEY")}",
    "Content-Type" => "application/json",
    "Idempotency-Key" => idempotency_key,
  }
  options = { use_ssl: uri.scheme == "https", open_timeout: 10, read_timeout: 10 }
  response = Net::HTTP.start(uri.host, uri.port, **options) do |http|
    http.post(uri.path, JSON.generate(notification), headers)
  end
  answer = JSON.parse(response.body)
  raise BellError, answer unless response.is_a?(Net::HTTPCreated)

  answer
end

if __FILE__ == $PROGRAM_NAME
  user_id, title, key = ARGV
  begin
    puts send_notification({ to: { users: [user_id] }, title: title }, key).fetch("id")
  rescue BellError, SystemCallError, Timeout::Error => error
    abort error.message
  end
end
