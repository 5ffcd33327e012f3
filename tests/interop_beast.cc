/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The node against another implementation of WebSocket, Boost.Beast, as its client and as a server
 * that it dials: handshake, frames in every form that RFC 6455 allows, both directions of a close.
 *
 * Usage: BNETLAB=path/of/bnetlab interop_beast [TEST]. Nothing sleeps: what has to come is waited
 * for, and a test that takes longer than LIMIT_S ends the program.
 */

#include "tests/interop_beast.hh"

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <unistd.h>

constexpr unsigned LIMIT_S = 100;

/* --- tests: the node is the server ----------------------------------------------------------- */

/* Its blocks come in order, byte for byte, whatever was asked for in the request. */
static void test_sync()
{
    Node node;
    node.produce(20);
    Peer peer(node, "/any/path?x=1");
    peer.greet();
    for (int number = 2; number <= 21; number++)
        EXPECT(to_hex(peer.read_past_pings()), to_hex(node.block(number)));
    EXPECT(node.ask("{\"cmd\":\"status\"}", "sessions"), "1");
}

/* A block that takes a frame with 64 bits of length. */
static void test_long_message()
{
    Node node;
    for (int i = 0; i < 3; i++)
        node.do_it("{\"cmd\":\"push_transaction\",\"size\":30000}");
    node.produce(1);
    const std::string block = node.block(2);
    EXPECT(block.size() > 65536, true);
    Peer peer(node);
    peer.greet();
    EXPECT(to_hex(peer.read_past_pings()), to_hex(block));
}

/* Messages in many frames, pings between them, which are answered before the message is whole. */
static void test_fragments()
{
    Node donor;
    Node node;
    for (int i = 0; i < 3; i++)
        donor.do_it("{\"cmd\":\"push_transaction\",\"size\":30000}");
    donor.produce(1);
    Peer peer(node);
    const std::string first = hello();
    for (std::size_t i = 0; i < first.size(); i++) {
        peer.stream.write_some(i + 1 == first.size(), asio::buffer(first.substr(i, 1)));
        if (i % 10 == 0)
            peer.stream.ping(websocket::ping_data(std::to_string(i)));
    }
    EXPECT(static_cast<int>(peer.read().at(0)), 0); /* its hello */
    peer.stream.auto_fragment(true);
    peer.stream.write_buffer_bytes(1000); /* 90 frames and more */
    peer.write(donor.block(2));
    peer.write(ping("aa"));
    peer.expect_pong("aa");
    EXPECT(node.head_id(), donor.head_id());
    EXPECT(peer.pongs.empty(), false);
    EXPECT(peer.pongs.back(), std::to_string((first.size() - 1) / 10 * 10));
}

/* An empty frame in front of a message, within it and at its end changes nothing. */
static void test_empty_fragments()
{
    Node node;
    Peer peer(node);
    const std::string first = hello();
    peer.stream.write_some(false, asio::const_buffer());
    peer.stream.write_some(false, asio::buffer(first.substr(0, 7)));
    peer.stream.write_some(false, asio::const_buffer());
    peer.stream.write_some(false, asio::buffer(first.substr(7)));
    peer.stream.write_some(true, asio::const_buffer());
    EXPECT(static_cast<int>(peer.read().at(0)), 0);
    peer.write(ping("ab"));
    peer.expect_pong("ab");
}

/* Several messages and a ping frame in one segment: all are taken, in order. */
static void test_pipelined()
{
    Node donor;
    Node node;
    donor.produce(4);
    Peer peer(node);
    peer.stream.next_layer().is_corked = true;
    peer.write(hello());
    for (int number = 2; number <= 5; number++)
        peer.write(donor.block(number));
    peer.stream.ping("behind it all");
    peer.write(ping("bb"));
    EXPECT(peer.stream.next_layer().kept.size() < 60000, true);
    peer.stream.next_layer().uncork();
    EXPECT(static_cast<int>(peer.read().at(0)), 0);
    peer.expect_pong("bb");
    EXPECT(node.head_id(), donor.head_id());
    EXPECT(peer.pongs.size(), 1u);
    EXPECT(peer.pongs[0], "behind it all");
}

/* A ping frame's payload comes back, of 0, 1 and 125 bytes. */
static void test_ping_frames()
{
    Node node;
    Peer peer(node);
    peer.greet();
    for (const std::size_t n : {0u, 1u, 125u}) {
        const std::string payload(n, static_cast<char>('a' + n % 26));
        const std::string byte = n == 0 ? "c0" : n == 1 ? "c1" : "c2";
        peer.stream.ping(websocket::ping_data(payload));
        peer.write(ping(byte)); /* a message is read when the frame before was */
        peer.expect_pong(byte);
        EXPECT(peer.pongs.size(), 1u);
        EXPECT(peer.pongs[0], payload);
        peer.pongs.clear();
    }
    /* A pong that nobody asked for is nothing. */
    peer.stream.pong("unasked");
    peer.write(ping("c3"));
    peer.expect_pong("c3");
    EXPECT(peer.pongs.size(), 0u);
}

/* As documented a text is malformed. */
static void test_text()
{
    Node node;
    Peer peer(node);
    peer.greet();
    peer.stream.text(true);
    peer.write(ping("dd"));
    peer.expect_close(1007, "malformed");
    EXPECT(node.event("malformed", "code"), "1007");
    EXPECT(node.event("closed", "reason"), "malformed");
}

/* The deployed plugin took it for a binary one. */
static void test_text_as_deployed()
{
    Node node({"--profile", "eosio-1.7"});
    Peer peer(node);
    peer.stream.text(true);
    peer.greet();
    peer.write(ping("ee"));
    peer.expect_pong("ee");
}

/* The peer closes: its code comes back, without a text; the connection ends. */
static void test_close_by_peer()
{
    static const websocket::close_reason reasons[] = {
        websocket::close_reason(),
        websocket::close_reason(websocket::close_code::normal),
        websocket::close_reason(websocket::close_code::going_away, "for today"),
        websocket::close_reason(websocket::close_code(3000)),
        websocket::close_reason(websocket::close_code(4999), std::string(123, 'x')),
    };
    Node node;
    for (const websocket::close_reason &reason : reasons) {
        Peer peer(node);
        peer.greet();
        node.wait_for("\"sessions\":1");
        peer.stream.close(reason);
        EXPECT(peer.stream.is_open(), false);
        EXPECT(peer.stream.reason().code, reason.code);
        EXPECT(std::string(peer.stream.reason().reason.c_str()), "");
        EXPECT(node.event("closed", "reason"), "lost");
        EXPECT(node.ask("{\"cmd\":\"status\"}", "sessions"), "0");
    }
}

/* The node closes: by command, for a wrong chain, at its end. */
static void test_close_by_node()
{
    Node node;
    {
        Peer peer(node);
        peer.greet();
        node.wait_for("\"sessions\":1");
        node.do_it("{\"cmd\":\"disconnect\",\"session\":0}");
        peer.expect_close(1000, "");
        EXPECT(node.event("closed", "reason"), "disconnect");
    }
    {
        Peer peer(node);
        peer.write(hello(repeat("ab", 32)));
        peer.expect_close(1000, "wrong-chain");
        EXPECT(node.event("closed", "reason"), "wrong-chain");
    }
    Peer peer(node);
    peer.greet();
    node.wait_for("\"sessions\":1");
    node.do_it("{\"cmd\":\"quit\"}");
    peer.expect_close(1001, "shutdown");
}

/* --- tests: the node is the client ----------------------------------------------------------- */

/* A node that has dialled us, whose request was read and answered. */
class Server : public Peer
{
  public:
    explicit Server(Node &node) : acceptor(context, {asio::ip::address_v4::loopback(), 0})
    {
        const std::string name = "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
        node.do_it("{\"cmd\":\"connect\",\"peer\":\"" + name + "\"}");
        acceptor.accept(stream.next_layer().socket);
        beast::flat_buffer buffer;
        http::request<http::string_body> request;
        http::read(stream.next_layer().socket, buffer, request);
        EXPECT(request.method_string(), "GET");
        EXPECT(request.target(), "/");
        EXPECT(request.version(), 11u);
        EXPECT(request[http::field::host], name);
        EXPECT(request[http::field::sec_websocket_version], "13");
        EXPECT(request[http::field::sec_websocket_key].size(), 24u);
        EXPECT(request.count(http::field::sec_websocket_extensions), 0u);
        EXPECT(request.count(http::field::sec_websocket_protocol), 0u);
        EXPECT(request.count(http::field::origin), 0u);
        EXPECT(websocket::is_upgrade(request), true);
        EXPECT(buffer.size(), 0u); /* it says no more before it is answered */
        stream.accept(request);
    }

  private:
    tcp::acceptor acceptor;
};

/* Handshake and hello, its blocks to us, and one of another node to it. */
static void test_dialled()
{
    Node node;
    Node donor;
    node.produce(3);
    for (int number = 2; number <= 4; number++)
        donor.do_it("{\"cmd\":\"push_block\",\"block\":\"" + to_hex(node.block(number)).substr(4) +
                    "\"}");
    donor.produce(1);
    Server server(node);
    server.greet();
    node.wait_for("\"sessions\":1");
    for (int number = 2; number <= 4; number++)
        EXPECT(to_hex(server.read_past_pings()), to_hex(node.block(number)));
    server.write(donor.block(5));
    node.wait_for("\"head_id\":\"" + donor.head_id() + "\"");
    server.stream.ping("to a client");
    server.write(ping("f0"));
    server.expect_pong("f0");
    EXPECT(server.pongs.size(), 1u);
    EXPECT(server.pongs[0], "to a client");
}

/* A client masks what it sends: a server of Beast demands it. Closes of both sides. */
static void test_dialled_closes()
{
    Node node;
    {
        Server server(node);
        server.greet();
        node.wait_for("\"sessions\":1");
        server.stream.close(websocket::close_reason(websocket::close_code::going_away, "gone"));
        EXPECT(server.stream.reason().code, 1001);
        EXPECT(node.event("closed", "reason"), "lost");
    }
    Server server(node);
    server.greet();
    node.wait_for("\"sessions\":1");
    node.do_it("{\"cmd\":\"disconnect\",\"session\":0}");
    server.expect_close(1000, "");
}

/* --- all of them ----------------------------------------------------------------------------- */

struct Test {
    const char *name;
    void (*run)();
};

static bool passes(const Test &test)
{
    (void)alarm(LIMIT_S);
    try {
        test.run();
        std::cout << "ok " << test.name << std::endl;
        return true;
    } catch (const std::exception &error) {
        std::cout << "FAILED " << test.name << ": " << error.what() << std::endl;
        return false;
    }
}

int main(int argc, char **argv)
{
    static const Test tests[] = {
        {"sync", test_sync},
        {"long_message", test_long_message},
        {"fragments", test_fragments},
        {"empty_fragments", test_empty_fragments},
        {"pipelined", test_pipelined},
        {"ping_frames", test_ping_frames},
        {"text", test_text},
        {"text_as_deployed", test_text_as_deployed},
        {"close_by_peer", test_close_by_peer},
        {"close_by_node", test_close_by_node},
        {"dialled", test_dialled},
        {"dialled_closes", test_dialled_closes},
    };
    if (!std::getenv("BNETLAB")) {
        std::cerr << "BNETLAB must be the path of the program" << std::endl;
        return 2;
    }
    int n = 0;
    bool all_pass = true;
    for (const Test &test : tests) {
        if (argc > 1 && std::strcmp(argv[1], test.name) != 0)
            continue;
        n++;
        all_pass &= passes(test);
    }
    return n > 0 && all_pass ? EXIT_SUCCESS : EXIT_FAILURE;
}
