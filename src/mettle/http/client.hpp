#pragma once

// A blocking HTTP/1.1 client for single questions: probes, metadata, goldens. One thread; keeps its
// connection between requests and opens a new one when that has been closed. No redirects, no
// cookies. The load itself goes through WireClient.

#include "mettle/base/units.hpp"
#include "mettle/http/tls_context.hpp"
#include "mettle/http/url.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct ClientRequest {
    std::string method = "GET";
    std::string target = "/";  // Path and query.
    HeaderList headers;        // Host, Content-Length and User-Agent are added where missing.
    std::string body;
};

struct ClientResponse {
    std::string_view header(std::string_view name) const;  // Empty when there is none.

    int status = 0;
    std::string reason;
    HeaderList headers;
    std::string body;
    Duration elapsed{};  // From before the send (and the connect, on a new connection).
};

// The request as it goes over the wire: what is sent once by a Client and prepared once for load.
std::string encode_request(const Url& url, const ClientRequest& request);

// How a target is reached.
struct Route {
    std::optional<TlsContext> tls;  // Of https; none: certificates are verified.
    std::optional<Url> proxy;       // An http URL.
};

class Client {
public:
    static constexpr std::size_t kMaxBody = std::size_t{256} << 20;

    explicit Client(Url url, bool verify_tls = true);
    Client(Url url, Route route);
    ~Client();
    Client(Client&& other) noexcept;

    const Url& url() const { return url_; }

    // Only whether there is anybody: as send(), without sending.
    Result<void> connect(Duration timeout);
    // Errors: connection_lost (refused, unresolved, reset, closed early), timed_out,
    // protocol_violation, too_large (a body over kMaxBody). A status of 500 is a response.
    Result<ClientResponse> send(const ClientRequest& request, Duration timeout);

private:
    class Session;
    Url url_;
    Route route_;
    std::unique_ptr<Session> session_;
};

}  // namespace mettle::http
