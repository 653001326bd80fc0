#pragma once

// How the target is reached and with which credentials, as flags say it.

#include "mettle/cli/flags.hpp"
#include "mettle/http/client.hpp"

#include <string>

namespace mettle::cli {

struct ConnectionOptions {
    // As given, "env:NAME" for what a variable of the environment holds.
    std::string bearer, basic, api_key;
    std::string in_url;  // "user:password", decoded.
    http::TlsOptions tls;
    std::string proxy;
    bool fresh = false;  // A new connection for each request.
    bool resolve_each = false;
};

void add_connection_flags(Flags& flags, ConnectionOptions& options);

// Takes "user:password@" out of a URL and gives it back, percent-decoded; "" where there is none.
// Throws StartupError for what is no percent-encoding.
std::string take_credentials(std::string& url);

// Throws StartupError for files that cannot be read and a proxy that is no http URL.
http::Route make_route(const ConnectionOptions& options, bool insecure);

// Adds the header that the credentials are sent in. Throws StartupError where there are several
// of one kind, or a variable is not set.
void add_credentials(const ConnectionOptions& options, http::HeaderList& headers);

}  // namespace mettle::cli
