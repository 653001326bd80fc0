#pragma once

#include "mettle/base/result.hpp"
#include "mettle/http/address.hpp"
#include "mettle/http/tls_context.hpp"

#include <sys/types.h>

#include <string>

struct ssl_st;

namespace mettle::http {

// A client's side of one non-blocking TCP connection, in clear or under TLS. Sockets only: waiting
// is its owner's. One thread.
class ClientStream {
public:
    enum class Ready { yes, no, failed };

    ClientStream() = default;
    ~ClientStream() { close(); }
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;

    // Begins to connect. False when that fails at once; error() says why. With a `tunnel`
    // ("host:port") the address is a proxy's, which is asked to connect to that.
    bool open(const Address& address, const TlsContext* tls, const std::string& host,
              const std::string& tunnel = {});
    // After the socket became writable (or, under TLS, readable): whether bytes may be sent.
    Ready finish_open();
    void close();
    bool is_open() const { return fd_ >= 0; }
    int fd() const { return fd_; }
    bool is_tls() const { return ssl_ != nullptr; }

    // As recv() and send(): the number of bytes; 0 at the end of the stream; -1 and errno, EAGAIN
    // when it would block.
    ssize_t read(char* data, std::size_t size);
    ssize_t write(const char* data, std::size_t size);

    // Bytes that were sent and that the peer's system has not said to have, as they are on the
    // wire. After the peer has closed, too: what its end did not acknowledge never came to its
    // program.
    std::size_t unacknowledged() const;

    const std::string& error() const { return error_; }  // "Connection refused"

private:
    Ready handshake();
    Ready ask_for_tunnel();
    ssize_t tls_result(int result);

    int fd_ = -1;
    ssl_st* ssl_ = nullptr;
    bool verify_ = false;
    bool connected_ = false;
    std::string tunnel_request_;  // What of it has not been sent.
    std::string tunnel_answer_;
    bool tunnel_open_ = true;
    std::string error_;
};

}  // namespace mettle::http
