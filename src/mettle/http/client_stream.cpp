#include "mettle/http/client_stream.hpp"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace mettle::http {

TlsContext::TlsContext(bool verify)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), verify_(verify) {
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_verify_paths(context_.get());
    SSL_CTX_set_verify(context_.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
}

bool ClientStream::open(const Address& address, const TlsContext* tls, const std::string& host) {
    close();
    fd_ = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
        error_ = std::strerror(errno);
        return false;
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, address.get(), address.size) != 0 && errno != EINPROGRESS) {
        error_ = std::strerror(errno);
        close();
        return false;
    }
    if (tls) {
        ssl_ = SSL_new(tls->get());
        SSL_set_fd(ssl_, fd_);
        SSL_set_tlsext_host_name(ssl_, host.c_str());
        verify_ = tls->verifies();
        if (verify_) SSL_set1_host(ssl_, host.c_str());
    }
    return true;
}

ClientStream::Ready ClientStream::finish_open() {
    if (!connected_) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            error_ = std::strerror(error);
            return Ready::failed;
        }
        sockaddr_storage peer{};
        socklen_t peer_size = sizeof peer;
        if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0)
            return Ready::no;
        connected_ = true;
    }
    return ssl_ ? handshake() : Ready::yes;
}

ClientStream::Ready ClientStream::handshake() {
    ERR_clear_error();
    const int result = SSL_connect(ssl_);
    if (result == 1) return Ready::yes;
    const int error = SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Ready::no;
    const long verdict = SSL_get_verify_result(ssl_);
    if (verify_ && verdict != X509_V_OK) {
        error_ = fmt::format("the certificate was not accepted: {} (--insecure accepts any)",
                             X509_verify_cert_error_string(verdict));
    } else {
        const char* reason = ERR_reason_error_string(ERR_get_error());
        error_ = fmt::format("the TLS handshake failed: {}", reason ? reason : "connection closed");
    }
    return Ready::failed;
}

void ClientStream::close() {
    if (ssl_) SSL_free(ssl_);
    if (fd_ >= 0) ::close(fd_);
    ssl_ = nullptr;
    fd_ = -1;
    connected_ = false;
}

ssize_t ClientStream::read(char* data, std::size_t size) {
    if (!ssl_) [[likely]]
        return ::recv(fd_, data, size, 0);
    ERR_clear_error();
    return tls_result(SSL_read(ssl_, data, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
}

ssize_t ClientStream::write(const char* data, std::size_t size) {
    if (!ssl_) [[likely]]
        return ::send(fd_, data, size, MSG_NOSIGNAL);
    ERR_clear_error();
    return tls_result(
        SSL_write(ssl_, data, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
}

std::size_t ClientStream::unacknowledged() const {
    int bytes = 0;
    return ::ioctl(fd_, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

ssize_t ClientStream::tls_result(int result) {
    if (result > 0) return result;
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            errno = EAGAIN;
            return -1;
        case SSL_ERROR_ZERO_RETURN:
            return 0;
        case SSL_ERROR_SYSCALL:
            if (errno == 0) return 0;
            return -1;
        default:
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return 0;
            errno = EPROTO;
            return -1;
    }
}

}  // namespace mettle::http
