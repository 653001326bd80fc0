#pragma once

#include "mettle/base/result.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace mettle::http {

struct TlsOptions {
    bool verify = true;
    std::string ca_file;    // PEM; besides the system's.
    std::string cert_file;  // PEM of a client's certificate and those above it, and its key.
    std::string key_file;   // Empty: in cert_file.
};

// What the TLS connections of a client share. Immutable, so all threads may use it.
class TlsContext {
public:
    explicit TlsContext(bool verify);
    // Fails for files that cannot be read or do not belong together: the message names them.
    static Result<TlsContext> make(const TlsOptions& options);

    ssl_ctx_st* get() const { return context_.get(); }
    bool verifies() const { return verify_; }

private:
    std::shared_ptr<ssl_ctx_st> context_;
    bool verify_;
};

}  // namespace mettle::http
