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

bool ClientStream::open(const Address& address, const TlsContext* tls, const std::string& host,
                        const std::string& tunnel) {
    close();
    tunnel_open_ = tunnel.empty();
    if (!tunnel_open_)
        tunnel_request_ = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", tunnel);
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
    if (!tunnel_open_) {
        if (const Ready ready = ask_for_tunnel(); ready != Ready::yes) return ready;
        tunnel_open_ = true;
    }
    return ssl_ ? handshake() : Ready::yes;
}

ClientStream::Ready ClientStream::ask_for_tunnel() {
    constexpr std::size_t kMostAnswer = 8192;
    const auto give_up = [this](std::string why) {
        error_ = std::move(why);
        return Ready::failed;
    };
    while (!tunnel_request_.empty()) {
        const ssize_t sent =
            ::send(fd_, tunnel_request_.data(), tunnel_request_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return Ready::no;
        if (sent < 0) return give_up(fmt::format("the proxy: {}", std::strerror(errno)));
        tunnel_request_.erase(0, static_cast<std::size_t>(sent));
    }
    // A byte at a time: what follows the empty line is the target's.
    while (!tunnel_answer_.ends_with("\r\n\r\n")) {
        char byte = 0;
        const ssize_t count = ::recv(fd_, &byte, 1, 0);
        if (count < 0 && errno == EAGAIN) return Ready::no;
        if (count <= 0 || tunnel_answer_.size() == kMostAnswer)
            return give_up("the proxy gave no answer to CONNECT");
        tunnel_answer_ += byte;
    }
    const std::string line = tunnel_answer_.substr(0, tunnel_answer_.find('\r'));
    if (!line.starts_with("HTTP/1.") || line.substr(8, 2) != " 2")
        return give_up(fmt::format("the proxy refused: {}", line));
    return Ready::yes;
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
    tunnel_request_.clear();
    tunnel_answer_.clear();
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
