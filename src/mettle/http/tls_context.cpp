#include "mettle/http/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace mettle::http {

namespace {

std::unexpected<Error> wrong(const std::string& file, const char* what) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return fail(Error::Kind::invalid_input,
                fmt::format("{} {}: {}", file, what, reason ? reason : "unknown reason"));
}

}  // namespace

TlsContext::TlsContext(bool verify)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), verify_(verify) {
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_verify_paths(context_.get());
    SSL_CTX_set_verify(context_.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
}

Result<TlsContext> TlsContext::make(const TlsOptions& options) {
    TlsContext tls(options.verify);
    ERR_clear_error();
    const std::string& cert = options.cert_file;
    const std::string& key = options.key_file.empty() ? cert : options.key_file;
    if (!options.ca_file.empty() &&
        SSL_CTX_load_verify_locations(tls.get(), options.ca_file.c_str(), nullptr) != 1)
        return wrong(options.ca_file, "holds no certificates in PEM form");
    if (cert.empty()) return tls;
    if (SSL_CTX_use_certificate_chain_file(tls.get(), cert.c_str()) != 1)
        return wrong(cert, "holds no certificate in PEM form");
    if (SSL_CTX_use_PrivateKey_file(tls.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
        return wrong(key, "holds no key of that certificate in PEM form");
    return tls;
}

}  // namespace mettle::http
