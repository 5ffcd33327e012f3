/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_INTEROP_BEAST_HH
#define BNETLAB_TESTS_INTEROP_BEAST_HH

/*
 * What the tests against Boost.Beast are made of: expectations that name what they found, bytes of
 * messages, a node as a process, and one side of a connection with it that is Beast's.
 *
 * Whatever is not as expected throws. Nothing waits for longer than the program's alarm. One
 * thread.
 */

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <glib.h>
#include <json.h>

extern "C" {
#include "sim/live/node_process.h"
}

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

/* EOSIO's development key, which everybody has, and the chain id of nodeos' default genesis state.
 */
constexpr char KEY[] = "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3";
constexpr char CHAIN_ID[] = "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f";

/* --- expectations ---------------------------------------------------------------------------- */

class Failure : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

template <typename Got, typename Wanted>
void expect_equal(const Got &got, const Wanted &wanted, const char *what, int line)
{
    if (got == wanted)
        return;
    std::ostringstream text;
    text << "line " << line << ": " << what << " is " << got << ", and not " << wanted;
    throw Failure(text.str());
}

#define EXPECT(got, wanted) expect_equal((got), (wanted), #got, __LINE__)

/* --- bytes ----------------------------------------------------------------------------------- */

inline std::string to_hex(const std::string &bytes)
{
    static const char digits[] = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4];
        hex += digits[byte & 0xf];
    }
    return hex;
}

inline std::string from_hex(const std::string &hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

inline std::string repeat(const std::string &text, int n)
{
    std::string all;
    for (int i = 0; i < n; i++)
        all += text;
    return all;
}

/* What a peer says first (docs/protocol.md, section 3.4): its key, empty texts, "1.0.1", the chain,
 * that it wants transactions, no LIB, no blocks. */
inline std::string hello(const std::string &chain_id = CHAIN_ID)
{
    return from_hex("000002" + repeat("31", 32) + "00000000" + "05312e302e31" + chain_id +
                    "010000000000");
}

/* A ping of 32 times that byte, and its pong, whose time is not ours to know. */
inline std::string ping(const std::string &byte)
{
    return from_hex("05" + repeat("00", 8) + repeat(byte, 32) + repeat("00", 4));
}

inline std::string code_of(const std::string &ping_or_pong)
{
    return ping_or_pong.substr(9, 32);
}

/* --- nodes ----------------------------------------------------------------------------------- */

class Node
{
  public:
    explicit Node(std::vector<std::string> more = {})
    {
        std::vector<const char *> arguments;
        GError *error = nullptr;
        more.insert(more.end(),
                    {"--producer", "eosio", "--private-key", KEY, "--produce-on-command"});
        for (const std::string &word : more)
            arguments.push_back(word.c_str());
        arguments.push_back(nullptr);
        NodeProcessOptions options = {};
        options.program = std::getenv("BNETLAB");
        options.arguments = arguments.data();
        process = node_process_start(&options, &error);
        check(process != nullptr, error);
        do_it("{\"cmd\":\"subscribe\"}");
    }

    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    ~Node()
    {
        node_process_free(process);
    }

    /* A member of the answer to a command: a number or a text. */
    std::string ask(const std::string &command, const char *path)
    {
        GError *error = nullptr;
        json_object *answer = node_process_ask(process, &error, "%s", command.c_str());
        check(answer != nullptr, error);
        json_object *value = node_process_get(answer, path);
        const std::string text = value ? json_object_get_string(value) : "";
        json_object_put(answer);
        return text;
    }

    void do_it(const std::string &command)
    {
        GError *error = nullptr;
        check(node_process_do(process, &error, "%s", command.c_str()), error);
    }

    /* A member of the next event of that kind. */
    std::string event(const char *what, const char *path)
    {
        for (;;) {
            GError *error = nullptr;
            json_object *object = node_process_event(process, &error);
            check(object != nullptr, error);
            const char *kind = node_process_get_text(object, "what");
            json_object *value = node_process_get(object, path);
            const std::string text = value ? json_object_get_string(value) : "";
            const bool is_it = kind && std::strcmp(kind, what) == 0;
            json_object_put(object);
            if (is_it)
                return text;
        }
    }

    /* The message that a block of the best chain is. */
    std::string block(int number)
    {
        const std::string digits =
            ask("{\"cmd\":\"block\",\"number\":" + std::to_string(number) + "}", "block");
        return from_hex("0301" + digits);
    }

    void produce(int count)
    {
        do_it("{\"cmd\":\"produce\",\"slots\":\"next\",\"count\":" + std::to_string(count) + "}");
    }

    std::string head_id()
    {
        return ask("{\"cmd\":\"status\"}", "head.id");
    }

    void wait_for(const std::string &what)
    {
        do_it("{\"cmd\":\"wait\",\"timeout\":60," + what + "}");
    }

    void quit()
    {
        GError *error = nullptr;
        check(node_process_quit(process, &error), error);
    }

    std::uint16_t port() const
    {
        const std::string endpoint = node_process_endpoint(process);
        return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    }

    std::string endpoint() const
    {
        return node_process_endpoint(process);
    }

  private:
    static void check(bool is_good, GError *error)
    {
        if (is_good)
            return;
        const std::string text = error ? error->message : "no reason";
        g_clear_error(&error);
        throw Failure("the node: " + text);
    }

    NodeProcess *process = nullptr;
};

/* --- sockets --------------------------------------------------------------------------------- */

/* A socket that keeps what is written until it is told to send it, at once. */
class CorkedSocket
{
  public:
    using executor_type = tcp::socket::executor_type;

    explicit CorkedSocket(asio::io_context &context) : socket(context)
    {
    }

    executor_type get_executor()
    {
        return socket.get_executor();
    }

    template <typename Buffers> std::size_t read_some(const Buffers &buffers)
    {
        return socket.read_some(buffers);
    }

    template <typename Buffers>
    std::size_t read_some(const Buffers &buffers, beast::error_code &error)
    {
        return socket.read_some(buffers, error);
    }

    template <typename Buffers> std::size_t write_some(const Buffers &buffers)
    {
        if (!is_corked)
            return socket.write_some(buffers);
        const std::string text = beast::buffers_to_string(buffers);
        kept += text;
        return text.size();
    }

    template <typename Buffers>
    std::size_t write_some(const Buffers &buffers, beast::error_code &error)
    {
        error = {};
        return is_corked ? write_some(buffers) : socket.write_some(buffers, error);
    }

    void uncork()
    {
        is_corked = false;
        EXPECT(asio::write(socket, asio::buffer(kept)), kept.size());
    }

    tcp::socket socket;
    bool is_corked = false;
    std::string kept;
};

inline void teardown(beast::role_type role, CorkedSocket &corked, beast::error_code &error)
{
    websocket::teardown(role, corked.socket, error);
}

using Stream = websocket::stream<CorkedSocket>;

/* One side of a connection with a node; frames of control that came are noted. */
class Peer
{
  public:
    Peer() : stream(context)
    {
        stream.control_callback([this](websocket::frame_type kind, beast::string_view payload) {
            if (kind == websocket::frame_type::pong)
                pongs.emplace_back(payload);
        });
        stream.binary(true);
    }

    /* As a client. Extensions are asked for, and must not be granted. */
    explicit Peer(const Node &node, const std::string &target = "/") : Peer()
    {
        websocket::permessage_deflate deflate;
        websocket::response_type response;
        deflate.client_enable = true;
        stream.set_option(deflate);
        stream.next_layer().socket.connect({asio::ip::address_v4::loopback(), node.port()});
        stream.next_layer().socket.set_option(tcp::no_delay(true));
        stream.handshake(response, node.endpoint(), target);
        EXPECT(response.result_int(), 101u);
        EXPECT(response.count(http::field::sec_websocket_extensions), 0u);
        EXPECT(response.count(http::field::sec_websocket_protocol), 0u);
    }

    /* The next message; it is binary. */
    std::string read()
    {
        beast::flat_buffer buffer;
        stream.read(buffer);
        EXPECT(stream.got_binary(), true);
        return beast::buffers_to_string(buffer.data());
    }

    /* The next message that is no ping; those are answered, as a peer has to. */
    std::string read_past_pings()
    {
        for (;;) {
            const std::string message = read();
            if (message[0] != 5)
                return message;
            write(from_hex("06" + repeat("00", 8)) + code_of(message));
        }
    }

    void write(const std::string &message)
    {
        EXPECT(stream.write(asio::buffer(message)), message.size());
    }

    /* Our hello goes, theirs comes. */
    void greet()
    {
        write(hello());
        EXPECT(static_cast<int>(read().at(0)), 0);
    }

    /* A ping of theirs is a message that we answer with a pong, and the other way round. */
    void expect_pong(const std::string &byte)
    {
        const std::string pong = read_past_pings();
        EXPECT(pong.size(), 41u);
        EXPECT(static_cast<int>(pong[0]), 6);
        EXPECT(to_hex(code_of(pong)), repeat(byte, 32));
    }

    /* Reads until the connection has ended, with that close. */
    void expect_close(std::uint16_t code, const std::string &reason)
    {
        beast::error_code error;
        while (!error) {
            beast::flat_buffer buffer;
            stream.read(buffer, error);
        }
        EXPECT(error.message(), beast::error_code(websocket::error::closed).message());
        EXPECT(stream.reason().code, code);
        EXPECT(std::string(stream.reason().reason.c_str()), reason);
    }

    asio::io_context context;
    Stream stream;
    std::vector<std::string> pongs;
};

#endif
